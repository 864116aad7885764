import { readFileSync } from 'node:fs'
import sharp, { type Sharp } from 'sharp'

/** A photo with a known label: an espresso, 600 × 400, PNG. */
export const espresso = readFileSync('public/gallery/espresso.png')

export type Output = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff'

/** The espresso in another format. AVIF with the least effort, because encoding it takes seconds otherwise. */
export function as(format: Output): Promise<Buffer> {
  const effort = format === 'avif' ? { effort: 0 } : {}
  return sharp(espresso)
    .toFormat(format, { quality: 95, ...effort })
    .toBuffer()
}

/** How a camera stores an upright photo with each EXIF orientation: the inverse of what a viewer does. */
const STORED: Record<number, (upright: Sharp) => Sharp> = {
  1: (picture) => picture,
  2: (picture) => picture.flop(),
  3: (picture) => picture.rotate(180),
  4: (picture) => picture.flip(),
  5: (picture) => picture.rotate(270).flop(),
  6: (picture) => picture.rotate(270),
  7: (picture) => picture.rotate(90).flop(),
  8: (picture) => picture.rotate(90),
}

/** The espresso stored losslessly with an EXIF orientation, so that a viewer displays it upright. */
export async function oriented(orientation: number): Promise<Buffer> {
  const pixels = await (STORED[orientation] as (picture: Sharp) => Sharp)(sharp(espresso)).png().toBuffer()
  return sharp(pixels).withMetadata({ orientation }).tiff({ compression: 'lzw' }).toBuffer()
}

/** A 50-megapixel photo that must be decoded whole: progressive, with an EXIF orientation. */
export function fiftyMegapixels(): Promise<Buffer> {
  return sharp(espresso)
    .removeAlpha()
    .resize(8600, 5800, { fit: 'fill' })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 80, progressive: true })
    .toBuffer()
}

/** The header of a PNG that declares a size without data: the start of a decompression bomb. */
export function hugePng(width: number, height: number): Buffer {
  const png = Buffer.from(
    '89504e470d0a1a0a0000000d49484452000000000000000008020000000000000000000049444154789c0300000000010000000049454e44ae426082',
    'hex',
  )
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}
