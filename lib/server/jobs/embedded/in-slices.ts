import { setImmediate as turn } from 'node:timers/promises'

/** Others wait for no more than this (milliseconds). */
const SLICE_MS = 10

/** Works off what can be left between two of its steps, so that others are served meanwhile. What it returns. */
export async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  for (let start = performance.now(); ; ) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() - start < SLICE_MS) continue
    await turn()
    start = performance.now()
  }
}
