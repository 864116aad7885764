'use client'

import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { CopyLine } from '@/components/ui/copy-line'
import { Segmented } from '@/components/ui/segmented'
import { CLIENT_CODE, type ClientRequest } from '@/lib/shared/contract/client-code'
import { type CodeLanguage, type CodeRequest, REQUEST_CODE } from '@/lib/shared/contract/request-code'
import type { DialectName } from '@/lib/shared/dialects/dialects'
import { ClientChoice } from './client-choice'

interface RequestPreviewProps {
  request: CodeRequest
  /** The same, for clients of other services. */
  client: ClientRequest
  /** The services whose clients this server answers. */
  dialects: readonly DialectName[]
}

const LANGUAGES = (Object.keys(REQUEST_CODE) as CodeLanguage[]).map((value) => ({ value, label: value, lang: 'en' }))

/** The code that sends the same request. */
export function RequestPreview({ request, client, dialects }: RequestPreviewProps) {
  const t = useTranslations('api')
  const [language, setLanguage] = useState<CodeLanguage>('cURL')
  const [name, setName] = useState<string | null>(null)
  const clients = CLIENT_CODE.filter(
    ({ dialect, endpoint }) => endpoint === client.endpoint && dialects.includes(dialect),
  )
  const other = clients.find((each) => each.name === name)
  const code = other ? other.code(client) : REQUEST_CODE[language](request)
  return (
    <div className="grid grid-cols-1 gap-3">
      <Segmented
        label={t('code')}
        options={LANGUAGES}
        value={other ? null : language}
        onChange={(chosen) => {
          setLanguage(chosen)
          setName(null)
        }}
      />
      <ClientChoice clients={clients} chosen={other?.name ?? null} onChoose={setName} />
      <CopyLine text={code.trimEnd()} name={t('copyRequest', { language: other?.name ?? language })} />
    </div>
  )
}
