'use client'

import { useTranslations } from 'use-intl'
import { Button } from '@/components/ui/button'
import { useFormat } from '../ui/use-format'
import type { LatencyState } from './use-latencies'

interface LatencyProps {
  /** Undefined before the first measurement. */
  state: LatencyState | undefined
  ready: boolean
  /** Whether the model runs in this browser. */
  here: boolean
  onMeasure(): void
}

/** How long this server or device takes to classify a sample photo, measured again on demand. */
export function LatencyLine({ state, ready, here, onMeasure }: LatencyProps) {
  const t = useTranslations('models')
  const format = useFormat()
  return (
    <div className="mt-5 flex min-h-10 flex-wrap items-center gap-3 border-line border-t pt-4">
      <p className="min-w-0 flex-1 basis-40 text-sm" aria-live="polite">
        {state === undefined && <span className="text-ink-2">{t(here ? 'speedHere' : 'speed')}</span>}
        {state?.name === 'measuring' && <span className="text-ink-2">{t('measuring')}</span>}
        {state?.name === 'failed' && <span className="text-bad">{t('measureFailed')}</span>}
        {state?.name === 'done' && (
          <span className="text-ink-2 tabular-nums">
            {t.rich('runTime', {
              strong: (text) => <strong className="font-semibold text-ink">{text}</strong>,
              run: format.milliseconds(state.run),
              total: format.milliseconds(state.total),
            })}
          </span>
        )}
      </p>
      <Button onClick={onMeasure} disabled={!ready || state?.name === 'measuring'} className="h-9 px-3">
        {t(state?.name === 'done' ? 'again' : 'measure')}
      </Button>
    </div>
  )
}
