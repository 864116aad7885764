import { performance } from 'node:perf_hooks'

/** Long work has the event loop for this long (milliseconds) before others get their turn. */
const SLICE_MS = 8

const waiting: (() => void)[] = []
let began = 0

/** One a round of the loop: many that work in slices at once hold it no longer than one. */
function next(): void {
  began = performance.now()
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(next)
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
export function due(): boolean {
  return performance.now() - began > SLICE_MS
}

/** Gives others their turn: those who rest already, and what comes in from outside. */
export function rest(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(next)
  })
}

/** Works off what can be left between two of its steps. What it returns. */
export async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (due()) await rest()
  }
}

/** The same values, with rests between them. */
export async function* withRests<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  for await (const value of values) {
    if (due()) await rest()
    yield value
  }
}
