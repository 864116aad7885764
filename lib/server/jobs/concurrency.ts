import { shouldYield, yieldToEventLoop } from '../event-loop/slices'

/**
 * Works through `inputs`, `width` at a time, each taken up when a lane is free. Ends when all are done; the first failure ends it after
 * those that run. An abort takes up no more.
 */
export async function runConcurrently<T>(
  inputs: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
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
  async function runLoop(): Promise<void> {
    while (!failed && !signal.aborted) {
      const { done, value } = await take()
      if (done) return
      if (shouldYield()) await yieldToEventLoop()
      await work(value)
    }
  }
  const loops = Array.from({ length: concurrency }, () =>
    runLoop().catch((error) => {
      failed = true
      throw error
    }),
  )
  const outcomes = await Promise.allSettled(loops)
  await iterator.return?.(undefined)
  const failure = outcomes.find((end) => end.status === 'rejected')
  if (failure) throw failure.reason
}

function iterate<T>(inputs: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]()
}
