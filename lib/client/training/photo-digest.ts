/**
 * SHA-256 of bytes in hex. Browsers have none on plain HTTP, except on the same machine; there, photos get a digest
 * of their embedding, which is as good at telling them apart in this page.
 */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!globalThis.crypto?.subtle) return weakDigest(bytes)
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Eight FNV-1a hashes of 32 bits with different starts. */
function weakDigest(bytes: Uint8Array): string {
  const parts = Array.from({ length: 8 }, (_, start) => {
    let hash = 0x811c9dc5 + start
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
    return (hash >>> 0).toString(16).padStart(8, '0')
  })
  return parts.join('')
}
