import { KeyRound } from 'lucide-react'
import type { FormEvent } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import { Button } from '../ui/button'
import { TextField } from '../ui/text-field'
import { useProblem } from '../ui/use-problem'

interface TokenFormProps {
  /** Why the last token wasn't accepted. */
  failure: Failure | null
  onToken(token: string): void
}

/** Asks for the operator's token. */
export function TokenForm({ failure, onToken }: TokenFormProps) {
  const t = useTranslations('usage')
  const problem = useProblem()
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const token = String(new FormData(event.currentTarget).get('token') ?? '').trim()
    if (token !== '') onToken(token)
  }
  return (
    <form onSubmit={submit} className="mt-8 max-w-[28rem] rounded-2xl border border-line bg-card p-5 shadow-card">
      <h2 className="flex items-center gap-2 font-semibold text-sm">
        <KeyRound aria-hidden className="size-4 text-accent" /> {t('lockedTitle')}
      </h2>
      <div className="mt-4">
        <TextField name="token" type="password" label={t('token')} hint={t('tokenHint')} required maxLength={1000} />
      </div>
      <Button type="submit" variant="primary" className="mt-4">
        {t('show')}
      </Button>
      <p role="alert" className="mt-3 text-bad text-sm empty:hidden">
        {failure && (failure.code === 'unauthorized' ? t('wrongToken') : problem(failure).title)}
      </p>
    </form>
  )
}
