import { MAX_PICTURE_BYTES, PICTURE_TYPES } from '@/lib/shared/results/link-picture'

/** Longest sides in pixels and qualities, the best first: the first that fits is taken. */
const SIZES = [320, 272, 224, 176, 128, 96]
const QUALITIES = [0.6, 0.4]

/**
 * A copy of a photo that is small enough for a link, without the photo's metadata; null if this browser can't display
 * the photo.
 */
export async function smallPicture(photo: Blob): Promise<Uint8Array | null> {
  try {
    const bitmap = await createImageBitmap(photo)
    try {
      for (const side of SIZES) {
        const canvas = draw(bitmap, side)
        for (const quality of QUALITIES) {
          const picture = await encode(canvas, quality)
          if (picture && picture.size <= MAX_PICTURE_BYTES) return new Uint8Array(await picture.arrayBuffer())
        }
      }
      return null
    } finally {
      bitmap.close()
    }
  } catch {
    return null
  }
}

function draw(bitmap: ImageBitmap, side: number): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')
  if (!context) return canvas
  context.imageSmoothingQuality = 'high'
  // JPEG has no transparency: without a background, it would be black.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  return canvas
}

/** WebP, which is smaller, or JPEG in browsers that can't write WebP: they return PNG instead. */
async function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  for (const type of PICTURE_TYPES) {
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality))
    if (blob?.type === type) return blob
  }
  return null
}
