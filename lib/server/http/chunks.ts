import { Problem } from '@/lib/shared/problems/problem'

/** What a sender may be silent or slow for, in all (milliseconds); what comes faster than the least rate makes up for it. */
const GRACE_MS = 20_000
/** Bytes a second that a sender has on average at least. A request ends after two minutes in any case. */
const LEAST_RATE = 1000

export interface Pace {
  graceMs: number
  bytesASecond: number
}

const PACE: Pace = { graceMs: GRACE_MS, bytesASecond: LEAST_RATE }

/**
 * A body piece by piece. Where the reading ends early the rest is not cancelled: who sends it is still to see why. Only the time counts in which a piece is
 * waited for, not the time that we take for one.
 *
 * @throws Problem `too_slow`
 */
export async function* chunksOf(body: ReadableStream<Uint8Array>, pace = PACE): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  let left = pace.graceMs
  try {
    for (;;) {
      const start = performance.now()
      const { done, value } = await within(reader.read(), left)
      if (done) return
      const waited = performance.now() - start
      left = Math.min(pace.graceMs, left - waited + (1000 * value.byteLength) / pace.bytesASecond)
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}

async function within<T>(piece: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), ms)
  })
  // It is given up when the reader lets go of the body.
  piece.catch(() => {})
  try {
    return await Promise.race([piece, late])
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow(): Problem {
  return new Problem('too_slow', 'The upload comes too slowly. Send it again, in smaller parts or by another line.')
}
