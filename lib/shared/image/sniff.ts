import { Problem } from '@/lib/shared/problems/problem'
import { cameraRawProblem } from './camera-raw'
import { heifFormat } from './heic/heif-format'
import { rejectUnsupportedJpeg } from './jpeg-variant'

const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'heic', 'bmp', 'pnm', 'ico'] as const
/** Long enough for every signature, and for an XML prologue before `<svg`. */
const HEAD_BYTES = 1024

export type Format = (typeof FORMATS)[number]

/** Known but unsupported formats, with a suggestion for each. */
const UNSUPPORTED: readonly { name: string; advice: string; is: (head: Uint8Array) => boolean }[] = [
  { name: 'SVG', advice: 'SVG files are drawings. Render the drawing to PNG.', is: isSvg },
  { name: 'PDF', advice: 'Render the page to PNG.', is: (head) => text(head, 0, 5) === '%PDF-' },
  { name: 'Photoshop', advice: 'Export it as PNG or JPEG.', is: (head) => text(head, 0, 4) === '8BPS' },
  {
    name: 'JPEG XL',
    advice: 'Convert the photo to JPEG.',
    is: (head) => hex(head, 0, 2) === 'ff0a' || text(head, 4, 8) === 'JXL ',
  },
  {
    name: 'JPEG 2000',
    advice: 'Convert the photo to JPEG.',
    is: (head) => text(head, 4, 8) === 'jP  ' || hex(head, 0, 4) === 'ff4fff51',
  },
]

/** Camera RAW formats. Those that start like a TIFF are detected by their content (tiff/camera-raw.ts). */
const CAMERAS: readonly [string, (head: Uint8Array) => boolean][] = [
  ['Canon CR3', (head) => isoBrands(head)[0] === 'crx '],
  ['Canon CRW', (head) => text(head, 6, 14) === 'HEAPCCDR'],
  ['Fujifilm RAF', (head) => text(head, 0, 15) === 'FUJIFILMCCD-RAW'],
  ['Olympus ORF', (head) => ['IIRO', 'IIRS', 'MMOR'].includes(text(head, 0, 4))],
  ['Panasonic RW2', (head) => text(head, 0, 4) === 'IIU\0'],
  ['Sigma X3F', (head) => text(head, 0, 4) === 'FOVb'],
  ['Minolta MRW', (head) => text(head, 0, 4) === '\0MRM'],
]

const SUPPORTED: readonly [Format, (head: Uint8Array, image: Uint8Array) => boolean][] = [
  ['jpeg', (head) => hex(head, 0, 3) === 'ffd8ff'],
  ['png', (head) => hex(head, 0, 8) === '89504e470d0a1a0a'],
  ['webp', (head) => text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP'],
  ['avif', (head, image) => heifFormat(isoBrands(head), image) === 'avif'],
  ['heic', (head, image) => heifFormat(isoBrands(head), image) === 'heic'],
  ['gif', (head) => /^GIF8[79]a$/.test(text(head, 0, 6))],
  ['tiff', (head) => ['49492a00', '4d4d002a', '49492b00', '4d4d002b'].includes(hex(head, 0, 4))],
  ['bmp', (head) => text(head, 0, 2) === 'BM' && isDibHeader(view(head).getUint32(14, true))],
  ['pnm', (head) => /^P[1-6](?:\s+|#[^\n]*\n)+\d+(?:\s+|#[^\n]*\n)+\d+\s/.test(text(head, 0, HEAD_BYTES))],
  ['ico', (head) => hex(head, 0, 4) === '00000100' && view(head).getUint16(4, true) > 0],
]

/** Valid sizes of a BMP's second header, in OS/2 and Windows. */
function isDibHeader(bytes: number): boolean {
  return bytes === 12 || (bytes >= 16 && bytes <= 124)
}

/** The last bytes of a TGA version 2 file; version 1 has no signature. */
const TGA_END = 'TRUEVISION-XFILE.\0'

/**
 * Detects the format from the first bytes. Names and content types are not trusted.
 *
 * @throws Problem `unsupported_format` for a known but unsupported format, `not_an_image` for anything else
 */
export function sniff(image: Uint8Array): Format {
  // Padded, so that signatures can be compared without checking the length each time.
  const head = new Uint8Array(HEAD_BYTES)
  head.set(image.subarray(0, HEAD_BYTES))
  const format = SUPPORTED.find(([, is]) => is(head, image))?.[0]
  if (format === 'jpeg') rejectUnsupportedJpeg(image)
  if (format) return format
  for (const [camera, is] of CAMERAS) if (is(head)) throw cameraRawProblem(camera)
  for (const { name, advice, is } of UNSUPPORTED) {
    if (is(head)) throw new Problem('unsupported_format', `${name} is not supported. ${advice}`)
  }
  if (text(image.subarray(-TGA_END.length), 0, TGA_END.length) === TGA_END) {
    throw new Problem('unsupported_format', 'TGA is not supported. Convert the photo to PNG.')
  }
  throw new Problem('not_an_image', `This file is not a supported image. Supported formats: ${FORMATS.join(', ')}.`)
}

function text(head: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...head.subarray(start, end))
}

function view(head: Uint8Array): DataView {
  return new DataView(head.buffer, head.byteOffset, head.byteLength)
}

function hex(head: Uint8Array, start: number, end: number): string {
  return Array.from(head.subarray(start, end), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Brands of an ISO base media file: the major brand, then the compatible ones. Empty for any other file. */
function isoBrands(head: Uint8Array): string[] {
  if (text(head, 4, 8) !== 'ftyp') return []
  const end = Math.min(view(head).getUint32(0), HEAD_BYTES)
  const brands = [text(head, 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text(head, at, at + 4))
  return brands
}

function isSvg(head: Uint8Array): boolean {
  const start = new TextDecoder().decode(head).trimStart()
  return start.startsWith('<') && /<svg[\s>]/i.test(start)
}
