/**
 * Unpacks PackBits: runs of one byte, and bytes as they are. Stops where `out` is full.
 *
 * @returns how many bytes of `out` were filled; fewer than all where the data ends
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
