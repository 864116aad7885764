import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import { useFormat } from '../../ui/use-format'

interface ProgressProps {
  session: PhotoSession
  photos: readonly Photo[]
  model: string
}

/** How many photos have a result, and which of them need a look. */
export function Progress({ session, photos, model }: ProgressProps) {
  const t = useTranslations('classify.overview')
  const server = useTranslations('away')
  const format = useFormat()
  const { answered, uncertain, failed, away } = count(photos, model)
  const done = answered + failed
  const complete = done === photos.length
  const figures = [
    t('done', { done: format.integer(answered), all: format.integer(photos.length) }),
    ...(uncertain > 0 ? [t('uncertain', { count: uncertain })] : []),
    ...(failed > 0 ? [t('failed', { count: failed })] : []),
  ].join(' · ')
  return (
    <>
      <p className="figures mt-2 text-ink-2 text-sm">{figures}</p>
      <p role="status" className="sr-only">
        {complete && figures}
      </p>
      <div
        role="progressbar"
        aria-label={t('progress')}
        aria-valuemin={0}
        aria-valuemax={photos.length}
        aria-valuenow={done}
        className="mt-3 h-1.5 overflow-hidden rounded-full bg-sunk"
      >
        <div
          className={away > 0 ? 'h-full bg-ink-3' : 'h-full bg-accent'}
          style={{ width: `${(100 * done) / Math.max(photos.length, 1)}%` }}
        />
      </div>
      {away > 0 && (
        <p role="status" className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2 text-sm">
          <span className="font-semibold text-ink">{server('title')}</span>
          {server('short')}
          <button
            type="button"
            onClick={() => session.tryServerNow()}
            className="font-semibold text-accent underline-offset-4 hover:underline"
          >
            {server('tryNow')}
          </button>
        </p>
      )}
    </>
  )
}

function count(photos: readonly Photo[], model: string) {
  const counts = { answered: 0, uncertain: 0, failed: 0, away: 0 }
  for (const { phases } of photos) {
    const phase = phases[model]
    if (phase?.name === 'answered') {
      counts.answered++
      if (phase.result.uncertain) counts.uncertain++
    } else if (phase?.name === 'failed') counts.failed++
    else if (phase?.name === 'away') counts.away++
  }
  return counts
}
