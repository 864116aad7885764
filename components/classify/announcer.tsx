import { useTranslations } from 'use-intl'
import type { Phase, Photo } from '@/lib/client/photos/photo'
import { confidence } from '@/lib/shared/results/confidence'
import { answerOf, isMultiLabel } from '@/lib/shared/results/selected'
import { useFormat } from '../ui/use-format'
import { useProblem } from '../ui/use-problem'

/** Announces to screen readers that a photo is being processed, its result, or its failure. */
export function Announcer({ photo, phase }: { photo: Photo | undefined; phase: Phase | undefined }) {
  const announce = useAnnouncement()
  return (
    <p role="status" className="sr-only">
      {photo && phase ? announce(photo.name, phase) : ''}
    </p>
  )
}

function useAnnouncement(): (name: string, phase: Phase) => string {
  const t = useTranslations('answer')
  const several = useTranslations('several')
  const words = useTranslations('confidence')
  const format = useFormat()
  const problem = useProblem()
  return (name, phase) => {
    switch (phase.name) {
      case 'answered': {
        const [best] = phase.result.predictions
        if (!best) return t('announceNone', { name })
        if (isMultiLabel(phase.result)) return `${name}: ${answerOf(phase.result) ?? several('none')}`
        const level = confidence(best.score, phase.result.uncertain, phase.result.model.calibrated)
        const found = { name, words: words(level), label: best.label, percent: format.percent(best.score) }
        return t(level === 'unrecognized' ? 'announceUnrecognized' : 'announceAnswer', found)
      }
      case 'failed':
        return t('announceFailed', { name, ...problem(phase.failure) })
      case 'busy':
        return t('announceBusy', { name })
      case 'away':
        return t('announceAway', { name })
      default:
        return t('announceRunning', { name })
    }
  }
}
