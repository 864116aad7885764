/** Bytes as text of an encoding; null where they are none, or nobody knows the encoding. */
export function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
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
