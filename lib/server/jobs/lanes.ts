import { due, rest } from '../event-loop/slices'

/**
 * Works through `inputs`, `width` at a time, each taken up when a lane is free. Ends when all are done; the first failure ends it after
 * those that run. An abort takes up no more.
 */
export async function inLanes<T>(
  inputs: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (input: T) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const iterator = iterate(inputs)
  let failed = false
  let taking: Promise<unknown> = Promise.resolve()
  /** One at a time: a generator's next is not asked for before the last has come. */
  function take(): Promise<IteratorResult<T>> {
    const taken = taking.then(() => iterator.next())
    taking = taken.catch(() => {})
    return taken
  }
  async function lane(): Promise<void> {
    while (!failed && !signal.aborted) {
      const { done, value } = await take()
      if (done) return
      if (due()) await rest()
      await work(value)
    }
  }
  const lanes = Array.from({ length: width }, () =>
    lane().catch((error) => {
      failed = true
      throw error
    }),
  )
  const ends = await Promise.allSettled(lanes)
  await iterator.return?.(undefined)
  const fault = ends.find((end) => end.status === 'rejected')
  if (fault) throw fault.reason
}

function iterate<T>(inputs: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]()
}
