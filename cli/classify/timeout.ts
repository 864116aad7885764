import { Problem } from '@/lib/shared/problems/problem'

/**
 * Waits for work that cannot be cancelled, such as a read from a share whose server is down, for a limited time.
 *
 * @throws Problem `deadline_exceeded`, or the signal's reason
 */
export function withTimeout<T>(work: Promise<T>, seconds: number, signal?: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = () => reject(new Problem('deadline_exceeded', `The disk did not respond within ${seconds} s.`))
    const timer = setTimeout(late, 1000 * seconds)
    const stop = () => reject(signal?.reason)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    })
  })
}
