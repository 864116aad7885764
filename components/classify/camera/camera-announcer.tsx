import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { LiveState } from '@/lib/client/camera/live-camera'
import { confidence } from '@/lib/shared/results/confidence'
import { answerOf, isMultiLabel } from '@/lib/shared/results/selected'

const STABLE_MS = 2000

/** Announces the label to screen readers once it has been stable for a while, instead of with every frame. */
export function CameraAnnouncer({ state }: { state: LiveState }) {
  const t = useTranslations('camera')
  const words = useTranslations('confidence')
  const several = useTranslations('several')
  const [announcement, setAnnouncement] = useState('')
  const result = state.name === 'running' ? state.frame?.result : undefined
  const best = result?.predictions[0]
  const level = best && result ? confidence(best.score, result.uncertain, result.model.calibrated) : null
  const single =
    level === 'unrecognized'
      ? words(level)
      : best && level
        ? t('announce', { words: words(level), label: best.label })
        : ''
  const sentence = result && isMultiLabel(result) ? (answerOf(result) ?? several('none')) : single
  useEffect(() => {
    const timer = setTimeout(() => setAnnouncement(sentence), STABLE_MS)
    return () => clearTimeout(timer)
  }, [sentence])
  return (
    <p role="status" className="sr-only">
      {announcement}
    </p>
  )
}
