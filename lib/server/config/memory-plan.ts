/** What a server without a photo in it holds, and what passes through it (bytes, measured; docs/performance.md has the table). */
export const SERVER_BYTES = 200_000_000
/** A worker with one model, and room for the photos that it decodes. */
const WORKER_BYTES = 200_000_000
/** Below this every megabyte counts: models are loaded when they are asked for, and memory is given back at once. */
const SCARCE_BYTES = 900_000_000
/** With less a single photo of a phone may be too much. */
const LEAST_BYTES = 380_000_000
/** What no camera of today exceeds by much. */
const MOST_PIXELS = 50_000_000
/** Decoded pixels are held as RGBA at most. */
const BYTES_A_PIXEL = 4
/** A worker with three models and a decoded photo of 50 megapixels stays below this. */
const AMPLE_WORKER_BYTES = 500_000_000
/** What of its share a worker may keep when it is idle. */
const KEPT = 0.8

/** How much of everything a process may have, so that the kernel never has to end it. */
export interface MemoryPlan {
  /** Bytes that this process may use with its workers. */
  memory: number
  /** Whether there is so little that speed is given for it. */
  scarce: boolean
  /** Workers at most; there may be fewer cores. */
  workers: number
  /** Bytes that photos may hold, decoded. */
  queueBytes: number
  /** Pixels of one photo. */
  pixels: number
}

/**
 * The plan for a limit of memory.
 *
 * @param memory bytes
 * @param queueBytes where they were set
 */
export function planMemory(memory: number, queueBytes?: number): MemoryPlan {
  const scarce = memory < SCARCE_BYTES
  const queue = queueBytes ?? Math.round(memory / (scarce ? 5 : 4))
  return {
    memory,
    scarce,
    workers: Math.max(1, Math.floor((memory - SERVER_BYTES) / WORKER_BYTES)),
    queueBytes: queue,
    pixels: Math.min(MOST_PIXELS, Math.floor(queue / BYTES_A_PIXEL)),
  }
}

/** Why this is too little memory for an engine, in one line; null where it is enough. */
export function tooLittle({ memory }: MemoryPlan): string | null {
  if (memory >= LEAST_BYTES) return null
  return `There are ${megabytes(memory)} MB of memory here, and a server needs ${megabytes(LEAST_BYTES)}: with less the kernel would end it at the first photos.`
}

/** Bytes that a worker may hold; one that holds more is replaced when it is idle. */
export function workerBytes({ memory, scarce }: MemoryPlan, workers: number): number {
  if (scarce) return Math.round((KEPT * (memory - SERVER_BYTES)) / workers)
  return Math.max(AMPLE_WORKER_BYTES, Math.round(memory / 2 / workers))
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000)
}
