import { fork } from 'node:child_process'
import { Problem } from '@/lib/shared/problems/problem'
import { childEnvironment } from '../config/environment'
import type { FromBackground } from './messages'

export interface BackgroundOptions {
  /** Path of the built script of the process, which calls `serveTask`. */
  script: string
  signal: AbortSignal
  /** Called with the share that is done, from 0 to 1. */
  onProgress?: ((done: number) => void) | undefined
}

/** The process ended without a result: killed, or out of memory. */
export class BackgroundProcessEnded extends Error {
  override readonly name = 'BackgroundProcessEnded'
}

/** What training and checks have in memory: 50,000 examples of 1,280 values, or 200,000 photos, with some to spare. */
const MAX_HEAP_MB = 2048

/**
 * Runs a task in a process of its own, so that neither the event loop nor photos wait. Aborting ends the process.
 *
 * @throws Problem that the task threw, BackgroundProcessEnded, or the signal's reason
 */
export function runInBackground<Result>(
  task: object,
  { script, signal, onProgress }: BackgroundOptions,
): Promise<Result> {
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: ['--enable-source-maps', `--max-old-space-size=${MAX_HEAP_MB}`],
    env: childEnvironment({}),
  })
  const abort = () => child.kill('SIGKILL')
  signal.addEventListener('abort', abort, { once: true })
  return new Promise<Result>((resolve, reject) => {
    child.on('message', (message: FromBackground<Result>) => {
      if (message.kind === 'progress') onProgress?.(message.done)
      else if (message.kind === 'done') resolve(message.result)
      else reject(new Problem(message.code, message.detail))
    })
    child.once('error', reject)
    // After a result, this has no effect.
    child.once('exit', (code, by) =>
      reject(
        signal.aborted ? signal.reason : new BackgroundProcessEnded(`the process ended (${by ?? `exit code ${code}`})`),
      ),
    )
    child.send(task)
  }).finally(() => {
    signal.removeEventListener('abort', abort)
    abort()
  })
}
