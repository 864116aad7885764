import { decoded, escaped } from './file-name'
import { detectEncoding } from './name-encoding'

/** The raw name of a file in an archive. */
export interface RawName {
  bytes: Uint8Array
  /** The UTF-8 name from the archive's extra field (Info-ZIP 0x7075). */
  marked?: string | undefined
  /** Whether the archive declares the bytes as UTF-8. */
  utf8: boolean
}

/** The encodings by their usual names; other names from the Encoding Standard are accepted, too. */
export const ZIP_ENCODINGS = [
  ...['cp437', 'utf-8', 'gbk', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'iso-2022-jp', 'euc-kr'],
  ...['ibm866', 'koi8-r', 'koi8-u', 'macintosh', 'x-mac-cyrillic', 'windows-874'],
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => `windows-125${n}`),
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15].map((n) => `iso-8859-${n}`),
] as const

/** Whether names in an archive can be decoded as this: a name of the Encoding Standard, or `cp437` of old DOS and Windows. */
export function isZipEncoding(name: string): boolean {
  return isCp437(name) || known(name)
}

const isCp437 = (name: string) => name.trim().toLowerCase() === 'cp437'

function known(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== ''
  } catch {
    return false
  }
}

/** The characters of code page 437, the default of the ZIP format, from byte 128. */
const CP437 = [
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐',
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
].join('')

/**
 * Decodes the names of all files in an archive with the first of these that applies: what the archive declares; the
 * encoding that the caller names; UTF-8 if the bytes are valid, as macOS writes it without declaring it; an encoding
 * detected from all names together; code page 437 if it gives words; or else the escaped bytes. Windows backslashes
 * become slashes.
 */
export function zipNames(names: readonly RawName[], encoding?: string): string[] {
  const naming = decodeZipNames(names, encoding)
  for (;;) {
    const { done, value } = naming.next()
    if (done) return value
  }
}

/** How many of the names that are not UTF-8 are examined to detect their encoding. */
const DETECTION_NAMES = 5000

/** Like `zipNames`, but yields between steps. */
export function* decodeZipNames(names: readonly RawName[], encoding?: string): Generator<void, string[]> {
  const read: (string | null)[] = []
  for (const name of names) {
    read.push(readUtf8(name, encoding))
    yield
  }
  const others = names.filter((_, at) => read[at] === null).slice(0, DETECTION_NAMES)
  const by = encoding ?? detectEncoding(others.map(({ bytes }) => bytes))
  const found: string[] = []
  for (const [at, { marked, bytes }] of names.entries()) {
    found.push(marked ?? withSlashes(read[at] ?? null) ?? decodeOther(bytes, by))
    yield
  }
  return found
}

/** The name if it is UTF-8; null if it isn't, or if the caller names another encoding and the archive declares none. */
function readUtf8({ bytes, marked, utf8 }: RawName, encoding?: string): string | null {
  if (marked !== undefined) return marked
  return utf8 || encoding === undefined ? decoded(bytes, 'utf-8') : null
}

function decodeOther(bytes: Uint8Array, encoding: string | undefined): string {
  if (encoding !== undefined) {
    const name = isCp437(encoding) ? fromCp437(bytes) : decoded(bytes, encoding)
    if (name !== null) return withSlashes(name)
  }
  // A backslash of an escape isn't a folder separator.
  return looksWestern(bytes) ? withSlashes(fromCp437(bytes)) : escaped(withSlashBytes(bytes))
}

function withSlashes(name: string): string
function withSlashes(name: string | null): string | null
function withSlashes(name: string | null): string | null {
  return name?.replaceAll('\\', '/') ?? null
}

const withSlashBytes = (bytes: Uint8Array) => bytes.map((byte) => (byte === 0x5c ? 0x2f : byte))

function fromCp437(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : CP437.charAt(byte - 0x80))).join('')
}

/**
 * Accented letters, at most two in a row, as in words, and none of the box-drawing characters and symbols that other
 * encodings turn into.
 */
function looksWestern(bytes: Uint8Array): boolean {
  return bytes.every((byte, at) => {
    if (byte < 0x80) return true
    const letter = byte <= 0x9a || (byte >= 0xa0 && byte <= 0xa5) || byte === 0xe1
    return letter && ((bytes[at - 1] ?? 0) < 0x80 || (bytes[at - 2] ?? 0) < 0x80)
  })
}
