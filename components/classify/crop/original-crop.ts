import type { Photo } from '@/lib/client/photos/photo'
import type { Area } from '@/lib/shared/crop/crop'

/** The crop in pixels of the chosen file, which may have been resized for the upload. */
export function originalCrop({ crop, prepared }: Photo): Area | null {
  const scale = prepared?.reduced?.scale ?? 1
  if (!crop) return null
  const original = (pixels: number) => Math.floor(pixels / scale)
  return {
    left: original(crop.left),
    top: original(crop.top),
    width: original(crop.width),
    height: original(crop.height),
  }
}
