/** Larger ones are rare, and would take memory for good. */
const KEPT_BYTES = 10_000_000
/** As many photos as a worker process holds at the same time. */
const KEPT = 3

/** Memory for pixels, which may hold those of another photo. Whoever takes it gives it back, or leaves it to V8. */
export interface PixelMemory {
  pixels: Uint8Array
  free(): void
}

/**
 * Memory that is used again. New memory for every photo costs the system page after page, and V8 garbage collections.
 */
export class PixelPool {
  private readonly unused: Uint8Array[] = []

  take(bytes: number): PixelMemory {
    const at = this.unused.findIndex(({ byteLength }) => byteLength >= bytes)
    const memory = at < 0 ? Buffer.allocUnsafeSlow(bytes) : (this.unused.splice(at, 1)[0] as Uint8Array)
    return {
      pixels: new Uint8Array(memory.buffer, memory.byteOffset, bytes),
      free: () => this.giveBack(memory),
    }
  }

  private giveBack(memory: Uint8Array): void {
    const { unused } = this
    if (memory.byteLength > KEPT_BYTES) return
    unused.push(memory)
    unused.sort((a, b) => a.byteLength - b.byteLength)
    if (unused.length > KEPT) unused.shift()
  }
}
