'use client'

import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'
import { useProblem } from '../ui/use-problem'
import { TokenForm } from './token-form'
import { UsageReport } from './usage-report'
import { useUsage } from './use-usage'

/** What each key did, for the operator. */
export function Usage() {
  const t = useTranslations('usage')
  const problem = useProblem()
  const [days, setDays] = useState(30)
  const { state, unlock, forget, reload, revoke } = useUsage(days)
  if (state.name === 'locked') return <TokenForm failure={state.failure} onToken={unlock} />
  if (state.name === 'failed') {
    const { title, detail } = problem(state.failure)
    return (
      <div role="alert" className="mt-8 rounded-card border border-line bg-card p-5">
        <p className="font-semibold">{title}</p>
        <p className="mt-1 text-ink-2 text-sm">{detail}</p>
        <Button className="mt-4" onClick={reload}>
          {t('again')}
        </Button>
      </div>
    )
  }
  const usage = state.name === 'starting' ? null : state.usage
  if (usage === null) {
    // As high as what comes, so that the footer stays where it is.
    return (
      <div className="mt-8 min-h-[36rem]">
        <p role="status" className="text-ink-2 text-sm">
          {state.name === 'loading' && t('loading')}
        </p>
      </div>
    )
  }
  return (
    <UsageReport
      usage={usage}
      days={days}
      loading={state.name === 'loading'}
      onDays={setDays}
      onReload={reload}
      onForget={forget}
      onRevoke={revoke}
    />
  )
}
