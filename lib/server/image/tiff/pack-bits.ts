/**
 * Decompresses PackBits: runs of one byte, and literal bytes. Stops when `out` is full.
 *
 * @returns the number of bytes written to `out`; fewer than its length if the data ends early
 */
export function unpackPackBits(packed: Uint8Array, out: Uint8Array): number {
  let [at, written] = [0, 0]
  while (written < out.length && at < packed.length) {
    const head = packed[at++] as number
    if (head === 128) continue
    if (head > 128) {
      if (at >= packed.length) break
      const end = Math.min(written + 257 - head, out.length)
      out.fill(packed[at++] as number, written, end)
      written = end
    } else {
      const bytes = packed.subarray(at, Math.min(at + head + 1, at + out.length - written))
      out.set(bytes, written)
      at += head + 1
      written += bytes.length
    }
  }
  return written
}
