/** The share of a time limit that a run may take on an idle machine. A busy one takes longer. */
const MAX_SHARE = 1 / 2

export interface TimeLimits {
  /** A worker whose run takes longer is killed. */
  workerTimeoutMs: number
  /** Deadline of an interactive request. */
  deadlineMs: number
}

/**
 * Returns a warning if a model is too slow for the time limits, naming the option to change; null otherwise.
 *
 * @param runMs duration of one run
 */
export function slowModelWarning(runMs: number, { workerTimeoutMs, deadlineMs }: TimeLimits): string | null {
  if (runMs > MAX_SHARE * workerTimeoutMs) {
    return `Running this model takes ${seconds(runMs)} on this machine, but workers time out after ${seconds(workerTimeoutMs)}. Set WORKER_TIMEOUT_MS to ${suggestedTimeout(runMs)} or more.`
  }
  if (runMs > MAX_SHARE * deadlineMs) {
    return `Running this model takes ${seconds(runMs)} on this machine, but requests time out after ${seconds(deadlineMs)}. Set REQUEST_TIMEOUT_MS to ${suggestedTimeout(runMs)} or more.`
  }
  return null
}

/** A timeout that leaves room for a busy machine. */
function suggestedTimeout(runMs: number): number {
  return Math.ceil((4 * runMs) / 1000) * 1000
}

function seconds(ms: number): string {
  return `${ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`
}
