'use client'

import { useTranslations } from 'use-intl'
import { type Language, SNIPPETS } from '@/lib/shared/contract/snippets'
import { underBase } from '@/lib/shared/web/base-path'
import { CopyLine } from '../ui/copy-line'

interface ApiDocsProps {
  /** Where this server is: `https://host`, with the path that it's served under. */
  site: string
  /** The default model's id. */
  model: string
  /** Whether this server explains results. */
  explains: boolean
  /** Whether this server accepts batch jobs. */
  batches: boolean
}

const FILE = 'photo.jpg'

/** For developers: requests to copy, the main endpoints, and the OpenAPI description. */
export function ApiDocs({ site, model, explains, batches }: ApiDocsProps) {
  const t = useTranslations('site')
  const openApi = underBase('/api/openapi.json')
  const endpoints = [
    { method: 'POST', path: underBase('/api/classify'), what: t('apiClassify'), offered: true },
    { method: 'POST', path: underBase('/api/explain'), what: t('apiExplain'), offered: explains },
    { method: 'POST', path: underBase('/api/jobs'), what: t('apiJobs'), offered: batches },
    { method: 'GET', path: underBase('/api/models'), what: t('apiModels'), offered: true },
  ]
  return (
    <>
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('apiTitle')}</h1>
      <p className="mt-2 text-ink-2">{t('apiLead')}</p>

      <h2 className="mt-10 font-semibold text-lg">{t('apiRequest')}</h2>
      <p className="mt-1 text-ink-2 text-sm">
        {t.rich('apiRequestLead', { file: () => <code className="font-mono">{FILE}</code> })}
      </p>
      <ul className="mt-4 grid gap-5">
        {(Object.keys(SNIPPETS) as Language[]).map((language) => (
          <li key={language} className="min-w-0">
            <h3 translate="no" className="mb-1.5 font-medium text-sm">
              {language}
            </h3>
            <CopyLine
              text={SNIPPETS[language]({ site, file: FILE, model }).trimEnd()}
              name={t('apiCopy', { language })}
            />
          </li>
        ))}
      </ul>

      <h2 className="mt-12 font-semibold text-lg">{t('apiEndpoints')}</h2>
      <ul className="mt-3 border-line border-b">
        {endpoints
          .filter(({ offered }) => offered)
          .map(({ method, path, what }) => (
            <li key={path} className="flex flex-wrap items-baseline gap-x-6 gap-y-1 border-line border-t py-3">
              <code className="w-full font-mono text-sm sm:w-56">
                {method} {path}
              </code>
              <span className="text-ink-2 text-sm">{what}</span>
            </li>
          ))}
      </ul>

      <h2 className="mt-12 font-semibold text-lg">{t('apiReference')}</h2>
      <p className="mt-1 text-ink-2 text-sm">{t('apiReferenceLead')}</p>
      <p className="mt-3">
        <a href={openApi} translate="no" className="font-mono text-accent text-sm underline underline-offset-4">
          {openApi}
        </a>
      </p>
    </>
  )
}
