import { Fragment } from 'react'
import type { Classification } from '@/lib/shared/contract'
import { milliseconds } from '@/lib/shared/format'

/** Where the time went, in one quiet line. A stage of less than a tenth of a millisecond is left out. */
export function Timings({ timings }: Pick<Classification, 'timings'>) {
  const stages = [
    ['wait', timings.queue_ms],
    ['decode', timings.decode_ms],
    ['run', timings.run_ms],
  ] as const
  return (
    <p className="figures mt-6 border-line border-t pt-5 text-xs sm:text-[13px] text-ink-2">
      {stages
        .filter(([, ms]) => ms >= 0.05)
        .map(([name, ms]) => (
          <Fragment key={name}>
            {name} {milliseconds(ms)} <span className="text-ink-3">·</span>{' '}
          </Fragment>
        ))}
      total <span className="font-medium text-ink">{milliseconds(timings.total_ms)} ms</span>
    </p>
  )
}
