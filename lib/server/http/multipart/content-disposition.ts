import { decoded, fileName } from '@/lib/shared/files/file-name'

/** The form field of a part, and its file name. */
export interface Disposition {
  name: string | undefined
  filename: string | undefined
}

/** A parameter with a quoted value, in which `\"` is a quote, or with a bare one. */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^;"]*))/g
/** A missing closing quote, as after a name that ends in a backslash: takes the rest of the line. */
const UNCLOSED = /;\s*(filename)\s*=\s*"([^;]*)$/i

/**
 * Parses a Content-Disposition value in which each character is one byte. Names are decoded like in `fileName` and
 * never refused. `filename*` (RFC 8187) takes precedence over `filename`.
 */
export function readDisposition(value: string): Disposition {
  const parameters = new Map<string, string>()
  for (const [, key = '', quoted, bare = ''] of value.matchAll(PARAMETER)) {
    if (!parameters.has(key.toLowerCase())) parameters.set(key.toLowerCase(), unescapeQuotes(quoted) ?? bare.trim())
  }
  const [, , rest] = parameters.has('filename') ? [] : (UNCLOSED.exec(value) ?? [])
  if (rest !== undefined) parameters.set('filename', rest.replace(/"\s*$/, ''))
  const [name, plain, extended] = ['name', 'filename', 'filename*'].map((key) => parameters.get(key))
  return {
    name: name === undefined ? undefined : decodeValue(name),
    filename: (extended && decodeExtended(extended)) || (plain === undefined ? undefined : decodeValue(plain)),
  }
}

/** Browsers leave a backslash as it is; curl doubles it. Any other backslash stays, as in `C:\fakepath\x.png`. */
function unescapeQuotes(text: string | undefined): string | undefined {
  return text?.replace(/\\(["\\])/g, '$1')
}

/** Browsers write quotes and line breaks as `%22`, `%0D` and `%0A` (WHATWG HTML, 4.10.21.8). */
function decodeValue(value: string): string {
  const text = decodeEncodedWords(value) ?? fileName(Buffer.from(value, 'latin1'))
  return text.replace(/%(22|0D|0A)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Decodes `UTF-8''caf%C3%A9.png`; null for any other syntax. */
function decodeExtended(value: string): string | null {
  const [, charset = '', text = ''] = /^([^']+)'[^']*'(.*)$/.exec(value) ?? []
  if (charset === '') return null
  const bytes = decodeEscapes(text, '%')
  return decoded(bytes, charset) ?? fileName(bytes)
}

/** Decodes `=?utf-8?B?Y2Fmw6kucG5n?=` (RFC 2047), which .NET and mail libraries write; null for any other syntax. */
function decodeEncodedWords(value: string): string | null {
  if (!/^(\s*=\?[^?\s]+\?[BQ]\?[^?]*\?=)+\s*$/i.test(value)) return null
  let text = ''
  for (const [, charset = '', kind = '', word = ''] of value.matchAll(/=\?([^?\s]+)\?([BQ])\?([^?]*)\?=/gi)) {
    const base64 = kind.toUpperCase() === 'B'
    const bytes = base64 ? Buffer.from(word, 'base64') : decodeEscapes(word.replaceAll('_', ' '), '=')
    text += decoded(bytes, charset) ?? fileName(bytes)
  }
  return text
}

function decodeEscapes(text: string, mark: '%' | '='): Buffer {
  const escapes = new RegExp(`${mark}([0-9A-Fa-f]{2})`, 'g')
  return Buffer.from(
    text.replace(escapes, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
