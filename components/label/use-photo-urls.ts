import { useEffect, useState } from 'react'
import { PhotoUrls } from '@/lib/client/labeling/photo-urls'
import type { TrainingSession } from '@/lib/client/training/session'

/** The URL of the photo that is shown; null if this browser doesn't have it. Those that come next are decoded meanwhile. */
export function usePhotoUrl(session: TrainingSession, current: number | null, next: readonly number[]): string | null {
  const [urls] = useState(() => new PhotoUrls())
  const fileOf = (id: number) => session.file(id) ?? []
  const shown = current === null ? [] : [fileOf(current)].flat()
  const coming = next.flatMap(fileOf)
  useEffect(() => urls.keep(shown, coming))
  useEffect(() => () => urls.dispose(), [urls])
  const [file] = shown
  return file ? urls.of(file) : null
}
