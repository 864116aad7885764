import type { Classification } from '@/lib/shared/contract/contract'
import type { PhotoResult } from './protocol'

/** The stages of a photo, given the time from its arrival to its result (milliseconds). */
export function timingsOf(
  { decodeMs, runMs }: Pick<PhotoResult, 'decodeMs' | 'runMs'>,
  totalMs: number,
): Classification['timings'] {
  return {
    queue_ms: Math.max(0, totalMs - decodeMs - runMs),
    decode_ms: decodeMs,
    run_ms: runMs,
    total_ms: totalMs,
  }
}
