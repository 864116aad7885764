'use client'

import { useTranslations } from 'use-intl'
import type { DialectName } from '@/lib/shared/dialects/dialects'
import { underBase } from '@/lib/shared/web/base-path'
import { Reference } from './reference/reference'
import { TryIt } from './try/try-it'

interface ApiDocsProps {
  /** Where this server is: `https://host`, with the path that it's served under. */
  site: string
  models: readonly { id: string; title: string }[]
  /** The default model's id. */
  model: string
  /** Whether this server explains results. */
  explains: boolean
  /** The services whose clients this server answers. */
  dialects: readonly DialectName[]
}

/** For developers: a request to try, as code and with its answer, and the reference of every endpoint. */
export function ApiDocs({ site, models, model, explains, dialects }: ApiDocsProps) {
  const t = useTranslations('api')
  const openApi = underBase('/api/openapi.json')
  return (
    <>
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('title')}</h1>
      <p className="mt-2 max-w-[45rem] text-ink-2">{t('lead')}</p>

      <h2 className="mt-8 font-semibold text-lg">{t('try')}</h2>
      <TryIt site={site} models={models} model={model} explains={explains} dialects={dialects} />

      <h2 className="mt-12 font-semibold text-lg">{t('reference')}</h2>
      <p className="mt-1 text-ink-2 text-sm">
        {t.rich('referenceLead', {
          document: () => (
            <a href={openApi} translate="no" className="font-mono text-accent underline underline-offset-4">
              openapi.json
            </a>
          ),
        })}
      </p>
      <Reference />
    </>
  )
}
