import { performance } from 'node:perf_hooks'

/** Work has the event loop for this long (milliseconds) before others get their turn. */
const SLICE_MS = 8

const waiting: (() => void)[] = []

/** One a round of the loop: many that work in slices at once hold it no longer than one. */
function next(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(next)
}

/** Gives others their turn: whoever asked before, and what came in from outside. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(next)
  })
}

/**
 * Long work cut into slices, so that nobody waits for all of it.
 *
 * @example
 * const slices = new Slices()
 * for (const row of rows) {
 *   if (slices.due) await slices.rest()
 *   work(row)
 * }
 */
export class Slices {
  private began = performance.now()

  /** Whether this work has had the event loop for long enough. */
  get due(): boolean {
    return performance.now() - this.began > SLICE_MS
  }

  async rest(): Promise<void> {
    await turn()
    this.began = performance.now()
  }
}

/** The same values, with rests between them. */
export async function* inSlices<T>(values: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  const slices = new Slices()
  for await (const value of values) {
    if (slices.due) await slices.rest()
    yield value
  }
}
