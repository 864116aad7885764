import { performance } from 'node:perf_hooks'

/** Long work has the event loop for this long (milliseconds) before others get their turn. */
const SLICE_MS = 8

const waitingForTurn: (() => void)[] = []
let sliceStart = 0

/** One a round of the loop: many that work in slices at once hold it no longer than one. */
function startNextSlice(): void {
  sliceStart = performance.now()
  waitingForTurn.shift()?.()
  if (waitingForTurn.length > 0) setImmediate(startNextSlice)
}

/**
 * Whether it is somebody else's turn: long work asks often, and rests then.
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

/** Gives others their turn: those who rest already, and what comes in from outside. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (waitingForTurn.push(resolve) === 1) setImmediate(startNextSlice)
  })
}

/** Works off what can be left between two of its steps. What it returns. */
export async function runInSlices<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (shouldYield()) await yieldToEventLoop()
  }
}

/** The same values, with rests between them. */
export async function* yieldingBetween<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  for await (const value of values) {
    if (shouldYield()) await yieldToEventLoop()
    yield value
  }
}
