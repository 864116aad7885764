import { useTranslations } from 'use-intl'
import { TextField } from '../ui/text-field'
import type { useToken } from './use-token'

interface TokenFieldProps {
  token: ReturnType<typeof useToken>
  /** The texts of the page that it is on. */
  texts: 'train' | 'ownWords'
  className?: string
}

/** The operator's token, where the server asks for it. */
export function TokenField({ token, texts, className }: TokenFieldProps) {
  const t = useTranslations(texts)
  if (!token.wanted) return null
  return (
    <div className={className}>
      <TextField
        name="token"
        type="password"
        label={t('token')}
        hint={t('tokenHint')}
        value={token.value ?? ''}
        onChange={token.set}
        required
      />
    </div>
  )
}
