/** Creating a decoder costs ten times as much as decoding a name. */
const decoders = new Map<string, TextDecoder>()

/** Decodes bytes; null if they are invalid in that encoding, or the encoding is unknown. */
export function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    const decoder = decoders.get(encoding) ?? new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
    const text = decoder.decode(bytes)
    decoders.set(encoding, decoder)
    return text
  } catch {
    // A decoder that has failed isn't reused: not all engines reset it.
    decoders.delete(encoding)
    return null
  }
}

/** Escapes each non-ASCII byte as `\xE9`: names stay readable, and different names stay different. */
export function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase()}`,
  ).join('')
}

/**
 * The name of a file from its bytes, which is all that systems and clients guarantee: UTF-8 is decoded, anything else
 * is escaped.
 *
 * @example fileName(Buffer.from('caf\xe9.png', 'latin1')) // 'caf\\xE9.png'
 */
export function fileName(bytes: Uint8Array): string {
  return decoded(bytes, 'utf-8') ?? escaped(bytes)
}
