import { constants, setPriority } from 'node:os'
import { Problem } from '@/lib/shared/problems/problem'
import { OOM_SCORE, setOomScore } from '../observe/oom-score'
import type { FromBackground } from './messages'

/**
 * Makes this process one that runs a single task and ends. Photos come first: it runs at the lowest priority, is the
 * first to go when memory runs out, and lives no longer than the channel to its parent.
 *
 * @param run gets the task, and a function that reports the share that is done, from 0 to 1
 */
export function serveTask<Task, Result>(
  run: (task: Task, onProgress: (done: number) => void) => Promise<Result>,
): void {
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  process.on('disconnect', () => process.exit(0))
  setPriority(constants.priority.PRIORITY_LOW)
  setOomScore(OOM_SCORE.background)
  process.once('message', async (task: Task) => {
    const onProgress = (done: number) => void send({ kind: 'progress', done })
    await send(await run(task, onProgress).then((result) => ({ kind: 'done', result }) as const, failed))
    process.disconnect()
  })
}

function failed(error: Error): FromBackground<never> {
  if (error instanceof Problem) return { kind: 'failed', code: error.code, detail: error.detail }
  return { kind: 'failed', code: 'internal', detail: error.message }
}

function send(message: FromBackground<unknown>): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}
