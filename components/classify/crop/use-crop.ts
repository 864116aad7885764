import { useState } from 'react'
import type { Photo } from '@/lib/client/photos/photo'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { Classification } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import { wholePixels } from '@/lib/shared/crop/crop-frame'

/** The frame around what the model saw, and how it is moved. */
export interface CropState {
  editing: boolean
  /** The frame as it is drawn. */
  frame: Area
  image: { width: number; height: number }
  /** Whether the visitor chose it. */
  chosen: boolean
  start(): void
  finish(): void
  /** Draws the frame at another place, while it is dragged. */
  draw(frame: Area): void
  /** Classifies the part of the photo in the frame. */
  classify(frame: Area): void
  /** Back to the model's own crop. */
  reset(): void
}

/**
 * The crop of a photo.
 *
 * @param result the latest result; null before the first one, when there is nothing to frame
 */
export function useCrop(session: PhotoSession, photo: Photo, result: Classification | null): CropState | null {
  const [editedPhoto, setEditedPhoto] = useState<number | null>(null)
  const [draft, setDraft] = useState<{ photo: number; frame: Area } | null>(null)
  // Results that an earlier version of the page saved have no area.
  const area: Area | undefined = photo.crop ?? result?.area
  if (!result || !area) return null
  const { image } = result
  return {
    editing: editedPhoto === photo.id,
    frame: draft?.photo === photo.id ? draft.frame : area,
    image,
    chosen: photo.crop !== null,
    start: () => setEditedPhoto(photo.id),
    finish: () => setEditedPhoto(null),
    draw: (frame) => setDraft({ photo: photo.id, frame }),
    classify(frame) {
      setDraft(null)
      const whole = wholePixels(frame, image)
      if (JSON.stringify(whole) !== JSON.stringify(photo.crop)) session.setCrop(photo.id, whole)
    },
    reset() {
      setDraft(null)
      if (photo.crop) session.setCrop(photo.id, null)
    },
  }
}
