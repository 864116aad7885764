import { encodeCanvas } from './encode-canvas'
import type { PictureType } from './picture-worker'

/** The size in pixels of a photo that was made smaller, and that as a share of the original. */
export interface ReducedSize {
  width: number
  height: number
  scale: number
}

/** Longest side after resizing: still several times the input size of any model. */
const LONGEST_SIDE = 2048
const JPEG_QUALITY = 0.92

/**
 * Converts natively if the browser can (Safari), otherwise with libheif, which is loaded on demand; null if neither
 * can.
 */
export async function fromHeic(file: Blob): Promise<Blob | null> {
  try {
    return await encode(await createImageBitmap(file), 1, 'image/jpeg')
  } catch {
    // This browser can't decode HEIC.
  }
  try {
    const { heicTo } = await import('heic-to/csp')
    return await heicTo({ blob: file, type: 'image/jpeg', quality: JPEG_QUALITY })
  } catch {
    return null
  }
}

/**
 * Makes a photo smaller.
 *
 * @throws Error if this browser can't decode it
 */
export async function resize(file: Blob): Promise<{ file: Blob; size: ReducedSize }> {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height))
  const size = { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale), scale }
  // Other formats may be transparent, which JPEG doesn't support.
  const type = file.type === 'image/jpeg' ? 'image/jpeg' : 'image/webp'
  return { file: await encode(bitmap, scale, type), size }
}

function encode(bitmap: ImageBitmap, scale: number, type: PictureType): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  const context = canvas.getContext('2d')
  if (context) context.imageSmoothingQuality = 'high'
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return encodeCanvas(canvas, type, JPEG_QUALITY)
}
