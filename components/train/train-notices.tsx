import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { MAX_PHOTOS } from '@/lib/client/training/handover'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingLabel, TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'

interface TrainNoticesProps {
  session: TrainingSession
  state: TrainingSnapshot
  /** Opens the page for labeling; absent on that page. */
  onLabel?: () => void
}

/** What happened to files that weren't added, photos that wait for a label, and whether this browser keeps photos. */
export function TrainNotices({ session, state, onLabel }: TrainNoticesProps) {
  const t = useTranslations('train')
  const format = useFormat()
  const { leftOut, photos, kept, multiLabelFound } = state
  const unlabeled = photos.filter(({ label }) => label === null).length
  const lines = [
    ...(leftOut.notPhotos > 0 ? [t('leftOutFiles', { count: leftOut.notPhotos })] : []),
    ...(leftOut.known > 0 ? [t('leftOutKnown', { count: leftOut.known })] : []),
    ...(leftOut.tooMany > 0 ? [t('leftOutMany', { count: leftOut.tooMany, limit: format.integer(MAX_PHOTOS) })] : []),
  ]
  return (
    <div role="status" className="grid grid-cols-[minmax(0,1fr)] gap-3 empty:hidden not-empty:mt-4">
      {onLabel && unlabeled > 0 && (
        <Unlabeled session={session} labels={state.labels} count={unlabeled} onLabel={onLabel} />
      )}
      {multiLabelFound && <Line onDismiss={() => session.dismissMultiLabelFound()}>{t('multiLabelFound')}</Line>}
      {lines.length > 0 && <Line onDismiss={() => session.dismissLeftOut()}>{lines.join(' ')}</Line>}
      {!kept && <Line>{t('notKept')}</Line>}
    </div>
  )
}

function Line({ children, onDismiss }: { children: ReactNode; onDismiss?: () => void }) {
  const t = useTranslations('classify')
  return (
    <div className="flex items-center gap-3 rounded-card bg-sunk py-1.5 pr-1.5 pl-4 text-sm">
      <p className="mr-auto min-w-0 py-1.5 text-pretty text-ink-2">{children}</p>
      {onDismiss && (
        <button
          type="button"
          aria-label={t('dismiss')}
          onClick={onDismiss}
          className="grid size-9 shrink-0 place-items-center rounded-[7px] text-ink-2 hover:bg-card hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  )
}

interface UnlabeledProps {
  session: TrainingSession
  labels: readonly TrainingLabel[]
  /** Photos without a label. */
  count: number
  onLabel(): void
}

/** Photos were added without a label: the visitor gives all of them one, or labels them one by one. */
function Unlabeled({ session, labels, count, onLabel }: UnlabeledProps) {
  const t = useTranslations('train')
  return (
    <div className="rounded-card bg-accent-soft px-4 py-3">
      <p className="font-semibold text-sm">{t('unsorted', { count })}</p>
      <p className="mt-0.5 text-pretty text-ink-2 text-sm">
        {t(labels.length > 0 ? 'unsortedHint' : 'unsortedFirst', { count })}
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button variant="primary" onClick={onLabel}>
          {t('labelOneByOne', { count })}
        </Button>
        {labels.map(({ id, name }) => (
          <Button key={id} translate="no" className="max-w-full" onClick={() => session.sortWaiting(id)}>
            <span className="truncate">{name}</span>
          </Button>
        ))}
        <Button variant="quiet" onClick={() => session.sortWaiting(null)}>
          {t('unsortedDrop')}
        </Button>
      </div>
    </div>
  )
}
