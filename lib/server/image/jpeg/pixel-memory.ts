/** Larger ones are rare, and would take memory for good. */
const KEPT_BYTES = 10_000_000
/** As many photos as a worker process decodes at the same time. */
const KEPT = 3

const free: Uint8Array[] = []

/** Memory for the pixels of a photo. Whoever takes it gives it back. */
export interface PixelMemory {
  pixels: Uint8Array
  free(): void
}

/**
 * Takes memory that was given back, if it is large enough. New memory for every photo costs the system page after page,
 * and V8 garbage collections.
 */
export function takePixelMemory(bytes: number): PixelMemory {
  const at = free.findIndex(({ byteLength }) => byteLength >= bytes)
  const memory = at < 0 ? Buffer.allocUnsafeSlow(bytes) : (free.splice(at, 1)[0] as Uint8Array)
  return {
    pixels: new Uint8Array(memory.buffer, memory.byteOffset, bytes),
    free: () => giveBack(memory),
  }
}

function giveBack(memory: Uint8Array): void {
  if (memory.byteLength > KEPT_BYTES) return
  free.push(memory)
  free.sort((a, b) => a.byteLength - b.byteLength)
  if (free.length > KEPT) free.shift()
}
