const CLEAR = 256
const END = 257
const FIRST = 258
const MAX_CODES = 4096
const MIN_BITS = 9
const MAX_BITS = 12

/** Where the bytes of each code from 258 on are in the output: a code refers to data written earlier. */
const start = new Uint32Array(MAX_CODES)
const length = new Uint32Array(MAX_CODES)

/**
 * Decompresses TIFF LZW: most significant bit first, and codes grow one code early. Stops when `out` is full.
 *
 * @returns the number of bytes written to `out`; fewer than its length if the data ends early or is damaged
 */
export function unpackLzw(packed: Uint8Array, out: Uint8Array): number {
  const codes = codeReader(packed)
  let [bits, next, written] = [MIN_BITS, FIRST, 0]
  let previous = { at: 0, bytes: 0 }
  while (written < out.length) {
    const code = codes(bits)
    if (code === CLEAR) {
      bits = MIN_BITS
      next = FIRST
      previous = { at: 0, bytes: 0 }
      continue
    }
    if (previous.bytes > 0 && next < MAX_CODES) {
      // The previous code plus one byte, which is written next.
      start[next] = previous.at
      length[next] = previous.bytes + 1
      next++
    }
    if (code < 0 || code === END || code >= next) return written
    previous = { at: written, bytes: write(code, out, written) }
    written += previous.bytes
    if (next >= (1 << bits) - 1 && bits < MAX_BITS) bits++
  }
  return written
}

/** Writes the bytes of a code as far as there is room, and returns how many. */
function write(code: number, out: Uint8Array, at: number): number {
  if (code < CLEAR) {
    out[at] = code
    return 1
  }
  const from = start[code] as number
  const bytes = Math.min(length[code] as number, out.length - at)
  // Byte by byte, because a code may refer to the bytes it is writing.
  for (let i = 0; i < bytes; i++) out[at + i] = out[from + i] as number
  return bytes
}

/** Returns a reader for codes of variable width; -1 after the last one. */
function codeReader(packed: Uint8Array): (bits: number) => number {
  let [at, pending, held] = [0, 0, 0]
  return (bits) => {
    while (held < bits) {
      if (at >= packed.length) return -1
      pending = ((pending << 8) | (packed[at++] as number)) & 0xffffff
      held += 8
    }
    held -= bits
    return (pending >>> held) & ((1 << bits) - 1)
  }
}
