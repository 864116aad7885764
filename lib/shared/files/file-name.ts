/** Making one costs ten times what it takes to read a name. */
const decoders = new Map<string, TextDecoder>()

/** Bytes as text of an encoding; null where they are none, or nobody knows the encoding. */
export function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    const decoder = decoders.get(encoding) ?? new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
    const text = decoder.decode(bytes)
    decoders.set(encoding, decoder)
    return text
  } catch {
    // One that has failed is not asked again: not all engines begin anew then.
    decoders.delete(encoding)
    return null
  }
}

/** Each byte that is no ASCII as `\xE9`: a name stays readable, and two different names stay different. */
export function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase()}`,
  ).join('')
}

/**
 * A file's name by its bytes, which is all that a name is to systems and to those who send it: UTF-8 is read, and what is anything else stays, escaped.
 *
 * @example fileName(Buffer.from('caf\xe9.png', 'latin1')) // 'caf\\xE9.png'
 */
export function fileName(bytes: Uint8Array): string {
  return decoded(bytes, 'utf-8') ?? escaped(bytes)
}
