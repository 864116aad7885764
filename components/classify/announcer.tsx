import type { Phase, Photo } from '@/lib/client/photo-session'
import { confidence } from '@/lib/shared/confidence'
import { percent } from '@/lib/shared/format'

/** Says to screen readers what sighted visitors see change: that a photo is on its way, its answer, its failure. */
export function Announcer({ photo, phase }: { photo: Photo | undefined; phase: Phase | undefined }) {
  return (
    <p role="status" className="sr-only">
      {photo && phase ? sentence(photo.name, phase) : ''}
    </p>
  )
}

function sentence(name: string, phase: Phase): string {
  switch (phase.name) {
    case 'answered': {
      const [best] = phase.result.predictions
      if (!best) return `${name}: no label.`
      return `${name}: ${confidence(best.score, phase.result.uncertain).words} ${best.label}, ${percent(best.score)} percent.`
    }
    case 'failed':
      return `${name}: ${phase.failure.title}. ${phase.failure.detail}`
    case 'busy':
      return `${name}: the server is busy; it is asked again.`
    default:
      return `${name} is being classified.`
  }
}
