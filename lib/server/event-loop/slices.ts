import { performance } from 'node:perf_hooks'

/** How long a long task may hold the event loop before it yields (milliseconds). */
const SLICE_MS = 8

const waitingForTurn: (() => void)[] = []
let sliceStart = 0

/** Resumes one task per turn of the event loop, so that many tasks hold it no longer than one. */
function startNextSlice(): void {
  sliceStart = performance.now()
  waitingForTurn.shift()?.()
  if (waitingForTurn.length > 0) setImmediate(startNextSlice)
}

/**
 * Whether a long task should yield. It checks often, and yields if so.
 *
 * @example
 * for (const row of rows) {
 *   if (due()) await rest()
 *   work(row)
 * }
 */
export function shouldYield(): boolean {
  return performance.now() - sliceStart > SLICE_MS
}

/** Yields to other tasks that have yielded, and to I/O. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (waitingForTurn.push(resolve) === 1) setImmediate(startNextSlice)
  })
}

/** Runs a task that can be interrupted between its steps. → what it returns. */
export async function runInSlices<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (shouldYield()) await yieldToEventLoop()
  }
}

/** The same values, yielding to the event loop between them. */
export async function* yieldingBetween<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  for await (const value of values) {
    if (shouldYield()) await yieldToEventLoop()
    yield value
  }
}
