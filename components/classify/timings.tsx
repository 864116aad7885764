import { Fragment } from 'react'
import { useTranslations } from 'use-intl'
import type { Classification } from '@/lib/shared/contract/contract'
import { useFormat } from '../ui/use-format'

/**
 * Timings in one line. Stages shorter than 0.05 ms are omitted.
 *
 * @param here whether the photo was classified in this browser
 */
export function Timings({ timings, here = false }: Pick<Classification, 'timings'> & { here?: boolean }) {
  const t = useTranslations('answer')
  const format = useFormat()
  const stages = [
    ['wait', timings.queue_ms],
    ['decode', timings.decode_ms],
    ['run', timings.run_ms],
  ] as const
  return (
    <p className="figures mt-6 border-line border-t pt-5 text-ink-2 text-xs sm:text-[0.8125rem]">
      {here && (
        <>
          {t('here')} <span className="text-ink-3">·</span>{' '}
        </>
      )}
      {stages
        .filter(([, ms]) => ms >= 0.05)
        .map(([name, ms]) => (
          <Fragment key={name}>
            {t(name)} {format.milliseconds(ms)} <span className="text-ink-3">·</span>{' '}
          </Fragment>
        ))}
      {t('total')} <span className="font-medium text-ink">{format.milliseconds(timings.total_ms)} ms</span>
    </p>
  )
}
