import type { Size } from '@/lib/shared/image/geometry'

/**
 * An image as a data: URL of a PNG.
 *
 * @param pixels RGB uint8 [height × width × 3]
 */
export async function pngUrl(pixels: Uint8Array, { width, height }: Size): Promise<string> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('this browser has no canvas for this size')
  const image = context.createImageData(width, height)
  for (let i = 0, o = 0; i < pixels.length; o += 4) {
    image.data[o] = pixels[i++] as number
    image.data[o + 1] = pixels[i++] as number
    image.data[o + 2] = pixels[i++] as number
    image.data[o + 3] = 255
  }
  context.putImageData(image, 0, 0)
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
  return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`
}
