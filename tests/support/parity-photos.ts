import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'

/** Files of every kind, from one photo. */
export async function madePhotos(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'device-'))
  const photo = () => sharp('public/gallery/espresso.png').resize(300)
  const files: Record<string, Sharp> = {
    'grey.jpg': photo().greyscale().jpeg(),
    'cmyk.jpg': photo().toColourspace('cmyk').jpeg(),
    'progressive.jpg': photo().jpeg({ progressive: true }),
    'full-chroma.jpg': photo().jpeg({ chromaSubsampling: '4:4:4' }),
    'display-p3.jpg': photo().withIccProfile('p3').jpeg(),
    'large.jpg': sharp('public/gallery/espresso.png').resize(4001).withMetadata({ orientation: 6 }).jpeg(),
    '16-bit.png': photo().toColourspace('rgb16').png(),
    'palette.png': photo().png({ palette: true }),
    'alpha.png': photo().ensureAlpha(0.5).png(),
    'lossy.webp': photo().webp(),
    'alpha.webp': photo().ensureAlpha(0.3).webp({ lossless: true }),
    'one.gif': photo().gif(),
    'one.avif': photo().avif(),
  }
  for (let turn = 1; turn <= 8; turn++) files[`turned-${turn}.jpg`] = photo().withMetadata({ orientation: turn }).jpeg()
  return Promise.all(
    Object.entries(files).map(async ([name, picture]) => {
      writeFileSync(join(folder, name), await picture.toBuffer())
      return join(folder, name)
    }),
  )
}

/** HEIC and others that sharp can't write. */
export function goldenPhotos(): string[] {
  const in_ = (folder: string, pattern: RegExp) =>
    readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name))
  return [
    ...in_('tests/parity/golden/heic', /\.heic$/),
    ...in_('tests/parity/golden/formats', /^(?!damaged|refused|huge|no-|smallest).*\.(bmp|ico|ppm)$/),
  ]
}

/** Mean absolute difference of two images, in levels of 255. */
export async function meanDifference(a: string, b: string): Promise<number> {
  const [one, other] = await Promise.all([a, b].map(pixelsOf))
  if (!one || !other || one.length !== other.length) return Number.POSITIVE_INFINITY
  return one.reduce((sum, value, i) => sum + Math.abs(value - (other[i] as number)), 0) / one.length
}

function pixelsOf(url: string): Promise<Buffer> {
  return sharp(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))
    .removeAlpha()
    .raw()
    .toBuffer()
}
