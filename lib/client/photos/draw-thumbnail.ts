export interface ThumbnailSize {
  /** Pixels of the shorter side. */
  side: number
  /** Whether the middle of the photo is cut to a square. */
  square: boolean
  type: 'image/jpeg' | 'image/webp'
  /** 0 to 1. */
  quality: number
}

/** The longer side is at most this many times the shorter one; the rest is cut off. */
const MAX_ASPECT = 2

/**
 * Draws a small version of a photo, in a worker or on the page.
 *
 * @throws DOMException if this browser can't decode the photo
 */
export async function drawThumbnail(
  photo: Blob,
  { side, square }: ThumbnailSize,
  canvas: HTMLCanvasElement | OffscreenCanvas,
): Promise<void> {
  const bitmap = await createImageBitmap(photo)
  const scale = side / Math.min(bitmap.width, bitmap.height)
  const [width, height] = [bitmap.width * scale, bitmap.height * scale]
  const longest = square ? side : side * MAX_ASPECT
  canvas.width = Math.round(Math.min(width, longest))
  canvas.height = Math.round(Math.min(height, longest))
  const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null
  context?.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height)
  bitmap.close()
}
