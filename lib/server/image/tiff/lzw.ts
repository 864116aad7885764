const CLEAR = 256
const END = 257
const FIRST = 258
const MAX_CODES = 4096
const MIN_BITS = 9
const MAX_BITS = 12

/** Where in the output the bytes of each code from 258 on stand: what a code means was written before. */
const start = new Uint32Array(MAX_CODES)
const length = new Uint32Array(MAX_CODES)

/**
 * Unpacks LZW as TIFF has it: the first bit of a byte first, codes that grow one code early. Stops where `out` is full.
 *
 * @returns how many bytes of `out` were filled; fewer than all where the data ends or is damaged
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
      // The code before and one byte more, which is written next.
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

/** Writes what a code stands for, as far as there is room, and says how many bytes that were. */
function write(code: number, out: Uint8Array, at: number): number {
  if (code < CLEAR) {
    out[at] = code
    return 1
  }
  const from = start[code] as number
  const bytes = Math.min(length[code] as number, out.length - at)
  // One by one: a code may stand for what it itself begins to write.
  for (let i = 0; i < bytes; i++) out[at + i] = out[from + i] as number
  return bytes
}

/** Gives the codes of some bits each; -1 behind the last. */
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
