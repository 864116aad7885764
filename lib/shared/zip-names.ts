import { z } from 'zod'
import { decoded, escaped } from './file-name'
import { surelyEncoded } from './name-encoding'

/** The name of a file in an archive as it stands there. */
export interface RawName {
  bytes: Uint8Array
  /** What the archive itself says in UTF-8, by a field of its own (Info-ZIP 0x7075). */
  marked?: string | undefined
  /** Whether the archive says that the bytes are UTF-8. */
  utf8: boolean
}

/** What names in an archive may be told to be; for the code page of old Windows and DOS, `cp437`. */
export const zipEncodingSchema = z
  .string()
  .max(40)
  .transform((name) => name.trim().toLowerCase())
  .refine(
    (name) => name === 'cp437' || known(name),
    'It is no encoding, such as gbk, shift_jis, euc-kr, big5 or cp437.',
  )

function known(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== ''
  } catch {
    return false
  }
}

/** The letters of code page 437, the one that the format names, from byte 128 on. */
const CP437 = [
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐',
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
].join('')

/**
 * The names of all files of an archive, by the first of these that holds: what the archive says; the encoding that the caller names; UTF-8 where the bytes are
 * that, as macOS writes without saying so; an encoding that nothing else can be, by all names together; code page 437 where that makes words; and else the bytes,
 * escaped. Backslashes of Windows are made slashes.
 */
export function zipNames(names: readonly RawName[], encoding?: string): string[] {
  const unsaid = names.filter(
    ({ bytes, marked, utf8 }) => marked === undefined && !(utf8 && decoded(bytes, 'utf-8') !== null),
  )
  const guessed =
    encoding ?? surelyEncoded(unsaid.map(({ bytes }) => bytes).filter((bytes) => decoded(bytes, 'utf-8') === null))
  return names.map(({ bytes, marked, utf8 }) => {
    if (marked !== undefined) return marked
    const isUtf8 = decoded(bytes, 'utf-8')
    if (isUtf8 !== null && (utf8 || encoding === undefined)) return slashed(isUtf8)
    const read = guessed === 'cp437' ? fromCp437(bytes) : guessed === undefined ? null : decoded(bytes, guessed)
    if (read !== null) return slashed(read)
    // A backslash of an escaped byte is no folder.
    return looksWestern(bytes) ? slashed(fromCp437(bytes)) : escaped(slashedBytes(bytes))
  })
}

const slashed = (name: string) => name.replaceAll('\\', '/')
const slashedBytes = (bytes: Uint8Array) => bytes.map((byte) => (byte === 0x5c ? 0x2f : byte))

function fromCp437(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : CP437.charAt(byte - 0x80))).join('')
}

/** Accented letters, at most two in a row, as in words, and none of the frames and signs that other encodings come out as. */
function looksWestern(bytes: Uint8Array): boolean {
  return bytes.every((byte, at) => {
    if (byte < 0x80) return true
    const letter = byte <= 0x9a || (byte >= 0xa0 && byte <= 0xa5) || byte === 0xe1
    return letter && ((bytes[at - 1] ?? 0) < 0x80 || (bytes[at - 2] ?? 0) < 0x80)
  })
}
