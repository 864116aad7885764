/** A long computation that pauses often, so that its caller can report progress, yield, or end it. */
export type Work<T> = Generator<void, T>

export interface WorkOptions {
  signal?: AbortSignal | undefined
  /** Lets other tasks run. By default, a timer of zero milliseconds. */
  pause?: (() => Promise<void>) | undefined
}

/** How long a computation may run before it lets other tasks run (milliseconds). */
const SLICE_MS = 12

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve))

/**
 * Runs a computation in slices.
 *
 * @throws the signal's reason once it is aborted
 */
export async function runWork<T>(work: Work<T>, { signal, pause = nextTask }: WorkOptions = {}): Promise<T> {
  let start = performance.now()
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() - start < SLICE_MS) continue
    await pause()
    signal?.throwIfAborted()
    start = performance.now()
  }
}
