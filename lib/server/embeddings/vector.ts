const BYTES = 4

/** Divides a vector by its Euclidean (L2) length. A vector of zeros stays as it is. */
export function unitLength(values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return length === 0 ? values : values.map((value) => value / length)
}

/** The bytes of a vector, float32 and little-endian. */
export function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(BYTES * values.length)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of values.entries()) view.setFloat32(BYTES * i, value, true)
  return bytes
}

/** The same bytes in base64. */
export function toBase64(values: Float32Array): string {
  return Buffer.from(littleEndian(values)).toString('base64')
}

/** The vector that `toBase64` wrote. */
export function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.byteLength / BYTES }, (_, i) => view.getFloat32(BYTES * i, true))
}
