import { Problem } from '@/lib/shared/problem'
import { heifKind } from './heic/kind'

export const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'heic'] as const
export type Format = (typeof FORMATS)[number]

/** Formats that people send and this server does not read, with what to do instead. */
const UNSUPPORTED: readonly { name: string; advice: string; is: (head: Buffer) => boolean }[] = [
  { name: 'SVG', advice: 'It is a drawing, not a photo; render it to PNG.', is: isSvg },
  { name: 'BMP', advice: 'Convert it to PNG.', is: (head) => text(head, 0, 2) === 'BM' && head.readUInt32LE(6) === 0 },
  { name: 'PDF', advice: 'Render the page to PNG.', is: (head) => text(head, 0, 5) === '%PDF-' },
  { name: 'Photoshop', advice: 'Export it as PNG or JPEG.', is: (head) => text(head, 0, 4) === '8BPS' },
  {
    name: 'JPEG XL',
    advice: 'Convert it to JPEG.',
    is: (head) => hex(head, 0, 2) === 'ff0a' || text(head, 4, 8) === 'JXL ',
  },
  { name: 'JPEG 2000', advice: 'Convert it to JPEG.', is: (head) => text(head, 4, 8) === 'jP  ' },
  { name: 'ICO', advice: 'Convert it to PNG.', is: (head) => hex(head, 0, 4) === '00000100' },
]

const SUPPORTED: readonly [Format, (head: Buffer, image: Uint8Array) => boolean][] = [
  ['jpeg', (head) => hex(head, 0, 3) === 'ffd8ff'],
  ['png', (head) => hex(head, 0, 8) === '89504e470d0a1a0a'],
  ['webp', (head) => text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP'],
  ['avif', (head, image) => heifKind(isoBrands(head), image) === 'avif'],
  ['heic', (head, image) => heifKind(isoBrands(head), image) === 'heic'],
  ['gif', (head) => /^GIF8[79]a$/.test(text(head, 0, 6))],
  ['tiff', (head) => ['49492a00', '4d4d002a', '49492b00', '4d4d002b'].includes(hex(head, 0, 4))],
]

/** Long enough for every signature and for an XML prologue before `<svg`. */
const HEAD_BYTES = 1024

/**
 * Tells the format from the first bytes; names and content types are not trusted.
 *
 * @throws Problem `unsupported_format` for a format that is known and not read, `not_an_image` for the rest
 */
export function sniff(image: Uint8Array): Format {
  // Padded, so that signatures can be compared without asking for the length each time.
  const head = Buffer.alloc(HEAD_BYTES)
  head.set(image.subarray(0, HEAD_BYTES))
  for (const [format, is] of SUPPORTED) if (is(head, image)) return format
  for (const { name, advice, is } of UNSUPPORTED) {
    if (is(head)) throw new Problem('unsupported_format', `${name} is not supported. ${advice}`)
  }
  throw new Problem('not_an_image', `The bytes are not one of the formats read here: ${FORMATS.join(', ')}.`)
}

function text(head: Buffer, start: number, end: number): string {
  return head.toString('latin1', start, end)
}

function hex(head: Buffer, start: number, end: number): string {
  return head.toString('hex', start, end)
}

/** Brands of an ISO base media file: the major one, then the compatible ones. Empty for any other file. */
function isoBrands(head: Buffer): string[] {
  if (text(head, 4, 8) !== 'ftyp') return []
  const end = Math.min(head.readUInt32BE(0), HEAD_BYTES)
  const brands = [text(head, 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text(head, at, at + 4))
  return brands
}

function isSvg(head: Buffer): boolean {
  const start = head
    .toString('utf8')
    .trimStart()
    .replace(/^\uFEFF/, '')
  return start.startsWith('<') && /<svg[\s>]/i.test(start)
}
