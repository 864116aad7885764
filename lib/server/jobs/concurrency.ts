import { shouldYield, yieldToEventLoop } from '../event-loop/slices'

/**
 * Processes `inputs`, at most `concurrency` at a time. Resolves when all are done; rejects with the first failure once
 * running inputs end. Starts no more inputs after an abort.
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
  /** Reads one input at a time: a generator's `next` may not be called before the previous call has resolved. */
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
