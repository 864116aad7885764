'use client'

import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Phase } from '@/lib/client/photos/photo'
import { ROW_HEIGHT, rowsHeight } from '../charts/row-height'
import { useFormat } from '../ui/use-format'
import { useSecondsUntil } from '../ui/use-seconds-until'

const SLOW_MS = 3000
/** Placeholder rows; only their number matters. */
const ROWS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** A skeleton with the same layout as the result, so that nothing shifts when it arrives. */
export function Pending({ phase, labelCount }: { phase: Phase | undefined; labelCount: number }) {
  const status = useStatusText(phase)
  return (
    <div aria-busy="true">
      <h1 className="font-semibold text-base text-ink-2">{status}</h1>
      <div className="h-11 py-1 lg:h-[3.5625rem]">
        <div className="h-full w-3/5 animate-pulse rounded-card bg-sunk" />
      </div>
      <div className="mt-3 flex h-9 items-center">
        <Progress phase={phase} />
      </div>
      <div className="mt-6 animate-pulse" style={{ height: rowsHeight(labelCount) }}>
        {ROWS.slice(0, labelCount).map((row) => (
          <div key={row} className="flex items-center gap-6" style={{ height: ROW_HEIGHT }}>
            <span className="h-2.5 w-28 rounded-full bg-sunk" />
            <span className="h-2.5 flex-1 rounded-full bg-sunk" />
          </div>
        ))}
      </div>
      {/* Timings and model input. */}
      <div className="mt-6 h-[5.125rem] border-line border-t" />
    </div>
  )
}

/** How much of the upload is done, or of the model's download if it runs in this browser. */
function fractionOf(phase: Phase | undefined): number {
  if (phase?.name === 'uploading') return phase.sent / Math.max(phase.total, 1)
  if (phase?.name === 'loading') return phase.received / Math.max(phase.total, 1)
  return phase?.name === 'running' ? 1 : 0
}

function useStatusText(phase: Phase | undefined): string {
  const t = useTranslations('answer')
  const format = useFormat()
  const slow = useSlow(SLOW_MS)
  const seconds = useSecondsUntil(phase?.name === 'busy' ? phase.until : null)
  switch (phase?.name) {
    case 'preparing':
      return t('preparing')
    case 'uploading':
      return t('uploading', { sent: format.bytes(phase.sent), total: format.bytes(phase.total) })
    case 'loading':
      return t('loadingModel', { received: format.bytes(phase.received), total: format.bytes(phase.total) })
    case 'running':
      return t(slow ? 'slow' : 'running')
    case 'busy':
      return t('busy', { seconds })
    default:
      return t('waiting')
  }
}

function Progress({ phase }: { phase: Phase | undefined }) {
  const t = useTranslations('answer')
  const fraction = fractionOf(phase)
  return (
    <div
      role="progressbar"
      aria-label={t('upload')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * fraction)}
      className="h-1.5 w-full overflow-hidden rounded-full bg-sunk"
    >
      <div
        className="h-full rounded-full bg-accent transition-[width] duration-150"
        style={{ width: `${100 * fraction}%` }}
      />
    </div>
  )
}

/** True once the component has been mounted for this long. */
function useSlow(ms: number): boolean {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return slow
}
