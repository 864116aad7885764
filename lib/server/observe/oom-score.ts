import { writeFileSync } from 'node:fs'

/**
 * Which process the kernel ends when memory runs out: the one with the highest score (Linux, 0 to 1000). A worker is
 * replaced, and what runs in the background can run again, so both go before the server.
 */
export const OOM_SCORE = { worker: 500, background: 800 } as const

/** Sets the score of this process. Does nothing where that is not possible: not on Linux, or not permitted. */
export function setOomScore(score: number): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(score))
  } catch {
    return
  }
}
