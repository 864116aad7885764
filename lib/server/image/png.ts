import sharp from 'sharp'

/** RGB pixels (uint8, height × width × 3) as a PNG. */
export function toPng(pixels: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}
