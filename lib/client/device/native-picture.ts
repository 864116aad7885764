import type { Picture } from '@/lib/shared/image/model-input'
import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'

/**
 * Decodes a photo with the browser's own decoders: upright, sRGB, white where transparent. Their pixels may differ from
 * the server's by a level or two.
 *
 * @throws Problem `too_many_pixels`; DOMException if this browser can't decode it
 */
export async function nativePicture(bytes: Uint8Array<ArrayBuffer>, maxPixels: number): Promise<Picture> {
  const bitmap = await createImageBitmap(new Blob([bytes]))
  try {
    const { width, height } = bitmap
    if (width * height > maxPixels) throw tooManyPixels(width * height, maxPixels)
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' })
    if (context === null) throw new Error('this browser has no canvas for this size')
    context.fillStyle = '#ffffff'
    context.fillRect(0, 0, width, height)
    context.drawImage(bitmap, 0, 0)
    return { width, height, pixels: withoutAlpha(context.getImageData(0, 0, width, height).data) }
  } finally {
    bitmap.close()
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3)
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    rgb[o++] = rgba[i] as number
    rgb[o++] = rgba[i + 1] as number
    rgb[o++] = rgba[i + 2] as number
  }
  return rgb
}
