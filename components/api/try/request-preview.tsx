'use client'

import { useTranslations } from 'use-intl'
import { CopyLine } from '@/components/ui/copy-line'
import { Segmented } from '@/components/ui/segmented'
import { type CodeLanguage, type CodeRequest, REQUEST_CODE } from '@/lib/shared/contract/request-code'

interface RequestPreviewProps {
  request: CodeRequest
  language: CodeLanguage
  onLanguage(language: CodeLanguage): void
}

const LANGUAGES = (Object.keys(REQUEST_CODE) as CodeLanguage[]).map((value) => ({ value, label: value, lang: 'en' }))

/** The code that sends the same request. */
export function RequestPreview({ request, language, onLanguage }: RequestPreviewProps) {
  const t = useTranslations('api')
  return (
    <div className="grid grid-cols-1 gap-3">
      <Segmented label={t('code')} options={LANGUAGES} value={language} onChange={onLanguage} />
      <CopyLine text={REQUEST_CODE[language](request).trimEnd()} name={t('copyRequest', { language })} />
    </div>
  )
}
