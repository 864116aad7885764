/** Bytes that an idle server and the data passing through it take (measured; the table is in docs/performance.md). */
export const SERVER_BYTES = 200_000_000
/** A worker with one model and room for the photos it decodes. */
const WORKER_BYTES = 200_000_000
/** Below this, memory is scarce: models are loaded on demand, and memory is released immediately. */
const SCARCE_BYTES = 900_000_000
/** With less, a single phone photo may be too much. */
const MIN_BYTES = 380_000_000
/** More than nearly all current cameras produce. */
const DEFAULT_MAX_PIXELS = 50_000_000
/** Decoded pixels take at most four bytes (RGBA). */
const BYTES_PER_PIXEL = 4
/** A worker with three models and a decoded photo of 50 megapixels stays below this. */
const AMPLE_WORKER_BYTES = 500_000_000
/** Share of its memory that an idle worker may keep. */
const IDLE_SHARE = 0.8

/** How a process divides its memory, so that the kernel never has to kill it. */
export interface MemoryPlan {
  /** Bytes available to this process and its workers. */
  memory: number
  /** Whether memory is so scarce that saving it matters more than speed. */
  scarce: boolean
  /** Maximum number of workers; there may be fewer cores. */
  workers: number
  /** Limit of bytes of decoded photos. */
  queueBytes: number
  /** Pixel limit of one photo. */
  pixels: number
}

/**
 * Plans for a memory limit.
 *
 * @param memory bytes
 * @param queueBytes if configured
 */
export function planMemory(memory: number, queueBytes?: number): MemoryPlan {
  const scarce = memory < SCARCE_BYTES
  const queue = queueBytes ?? Math.round(memory / (scarce ? 5 : 4))
  return {
    memory,
    scarce,
    workers: Math.max(1, Math.floor((memory - SERVER_BYTES) / WORKER_BYTES)),
    queueBytes: queue,
    pixels: Math.min(DEFAULT_MAX_PIXELS, Math.floor(queue / BYTES_PER_PIXEL)),
  }
}

/** Explains in one line why the memory is insufficient for an engine; null if it suffices. */
export function insufficientMemory({ memory }: MemoryPlan): string | null {
  if (memory >= MIN_BYTES) return null
  return `The server needs at least ${megabytes(MIN_BYTES)} MB of memory but has ${megabytes(memory)} MB. With less, the system would kill it on the first photos.`
}

/** Memory limit of a worker, in bytes; one that exceeds it is replaced once it is idle. */
export function workerBytes({ memory, scarce }: MemoryPlan, workers: number): number {
  if (scarce) return Math.round((IDLE_SHARE * (memory - SERVER_BYTES)) / workers)
  return Math.max(AMPLE_WORKER_BYTES, Math.round(memory / 2 / workers))
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000)
}
