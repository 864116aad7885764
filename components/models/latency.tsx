'use client'

import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '@/components/ui/button'
import { measureLatency } from '@/lib/client/api/latency'
import { useFormat } from '../ui/use-format'

type State =
  | { name: 'idle' }
  | { name: 'measuring' }
  | { name: 'done'; decode: number; run: number; total: number }
  | { name: 'failed' }

/** Measures on demand how long this server takes to classify a sample photo. */
export function Latency({ model, ready }: { model: string; ready: boolean }) {
  const t = useTranslations('models')
  const format = useFormat()
  const [state, setState] = useState<State>({ name: 'idle' })
  async function measure(): Promise<void> {
    setState({ name: 'measuring' })
    try {
      setState({ name: 'done', ...(await measureLatency(model)) })
    } catch {
      setState({ name: 'failed' })
    }
  }
  return (
    <div className="mt-5 flex min-h-10 items-center gap-3 border-line border-t pt-4">
      <p className="mr-auto text-sm" aria-live="polite">
        {state.name === 'idle' && <span className="text-ink-2">{t('speed')}</span>}
        {state.name === 'measuring' && <span className="text-ink-2">{t('measuring')}</span>}
        {state.name === 'failed' && <span className="text-bad">{t('measureFailed')}</span>}
        {state.name === 'done' && (
          <span className="text-ink-2 tabular-nums">
            {t.rich('runTime', {
              strong: (text) => <strong className="font-semibold text-ink">{text}</strong>,
              run: format.milliseconds(state.run),
              total: format.milliseconds(state.total),
            })}
          </span>
        )}
      </p>
      <Button onClick={measure} disabled={!ready || state.name === 'measuring'} className="h-9 px-3">
        {t(state.name === 'done' ? 'again' : 'measure')}
      </Button>
    </div>
  )
}
