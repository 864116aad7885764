import { Problem } from '@/lib/shared/problems/problem'

/** Total time a client may be idle or too slow (milliseconds). Data above the minimum rate earns it back. */
const GRACE_MS = 20_000
/** Minimum average rate in bytes per second. A request ends after two minutes in any case. */
const MIN_RATE = 1000

/** How slow a client may be. */
export interface Pace {
  graceMs: number
  bytesPerSecond: number
}

export const PACE: Pace = { graceMs: GRACE_MS, bytesPerSecond: MIN_RATE }

/**
 * Yields a body chunk by chunk. If reading ends early, the rest isn't cancelled, so that the client can still read the
 * response. Counts only the time spent waiting for a chunk, not the time the consumer takes.
 *
 * @throws Problem `too_slow`
 */
export async function* readChunks(body: ReadableStream<Uint8Array>, pace = PACE): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  let left = pace.graceMs
  try {
    for (;;) {
      const start = performance.now()
      const { done, value } = await withDeadline(reader.read(), left)
      if (done) return
      const waited = performance.now() - start
      left = Math.min(pace.graceMs, left - waited + (1000 * value.byteLength) / pace.bytesPerSecond)
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}

async function withDeadline<T>(piece: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), ms)
  })
  // It is dropped when the reader releases the body.
  piece.catch(() => {})
  try {
    return await Promise.race([piece, timeout])
  } finally {
    clearTimeout(timer)
  }
}

export function tooSlow(): Problem {
  return new Problem('too_slow', 'The upload is too slow. Send fewer photos at a time, or use a faster connection.')
}
