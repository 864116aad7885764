/** The share of a limit that a run may take on a machine that does nothing else: a busy one takes longer. */
const MAX_SHARE = 1 / 2

export interface TimeLimits {
  /** A run that takes longer costs the worker its life. */
  workerTimeoutMs: number
  /** A person's photo is answered by then. */
  deadlineMs: number
}

/**
 * Why a model is too slow for the limits, and which to change; null where it is not.
 *
 * @param runMs how long a run takes
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

/** Milliseconds that leave room for a machine that is busy. */
function suggestedTimeout(runMs: number): number {
  return Math.ceil((4 * runMs) / 1000) * 1000
}

function seconds(ms: number): string {
  return `${ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`
}
