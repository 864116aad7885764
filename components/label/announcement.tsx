import { useTranslations } from 'use-intl'
import type { Guesses } from '@/lib/client/labeling/guesses'
import type { LastStep } from '@/lib/client/labeling/label-queue'
import type { TrainingPhoto } from '@/lib/client/training/types'
import { useFormat } from '../ui/use-format'

/** Guesses that are read aloud: nobody listens to nine. */
const READ = 3

interface AnnouncementProps {
  photo: TrainingPhoto
  last: LastStep | null
  guesses: Guesses
  /** Photos that are shown. */
  several: number
}

/** Tells screen readers what happened, which photo comes next, and what the model guesses. */
export function Announcement({ photo, last, guesses, several }: AnnouncementProps) {
  const t = useTranslations('label')
  const format = useFormat()
  const nameOf = ({ labels }: { labels: readonly string[] }) =>
    labels.length > 0 ? labels.join(', ') : t('announceNone')
  const list = guesses.list
    .slice(0, READ)
    .map(({ label, score }, at) =>
      score === null
        ? t('announceLabel', { number: at + 1, label })
        : t('announceGuess', { number: at + 1, label, percent: format.percent(score) }),
    )
  const step =
    last === null
      ? []
      : 'labels' in last
        ? [
            t(last.kind === 'labeled' ? 'announceLabeled' : 'announceUndone', {
              count: last.photos,
              label: nameOf(last),
            }),
          ]
        : [t(last.kind === 'skipped' ? 'announceSkipped' : 'announceUnskipped')]
  const next = several > 1 ? t('announceSeveral', { count: several }) : t('announcePhoto', { name: photo.name })
  return (
    <p role="status" className="sr-only" data-testid="announcement">
      {[...step, next, ...list].join(' ')}
    </p>
  )
}
