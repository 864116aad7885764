import { fork } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ResultRow } from '@/lib/shared/results/columns'
import { childEnvironment } from '../../config/environment'
import type { CheckOutcome, CheckTask, FromChecker } from './protocol'

export interface CheckOptions {
  /** Path of the built script of the process. */
  script: string
  /** For the file that the processes exchange, which is removed. */
  folder: string
  signal: AbortSignal
  /** Called with the share that is done, from 0 to 1. */
  onProgress?(done: number): void
}

/** The check itself failed: trying again would fail again. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
}

/** The heap that 200,000 photos need, and the examples of 50,000 labels. Embeddings are outside of it. */
const MAX_HEAP_MB = 2048

/**
 * Checks rows in a process of its own, so that neither the event loop nor photos wait. Aborting ends the process.
 *
 * @param rows in the order of the photos; what they have of their photos' pixels is written to a file of 11 KB a photo
 * @throws CheckFailure in one line if it fails; the signal's reason; what reading the rows throws
 */
export async function runCheck(
  rows: AsyncIterable<ResultRow>,
  labels: string | null,
  options: CheckOptions,
): Promise<CheckOutcome> {
  options.signal.throwIfAborted()
  const folder = await mkdtemp(join(/* turbopackIgnore: true */ options.folder, 'check-'))
  try {
    const path = join(folder, 'rows.ndjson')
    let count = 0
    async function* lines() {
      for await (const row of rows) {
        count++
        yield `${JSON.stringify(row)}\n`
      }
    }
    await pipeline(Readable.from(lines()), createWriteStream(path), { signal: options.signal })
    return await checkInProcess({ rows: path, count, labels }, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function checkInProcess(task: CheckTask, { script, signal, onProgress }: CheckOptions): Promise<CheckOutcome> {
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: ['--enable-source-maps', `--max-old-space-size=${MAX_HEAP_MB}`],
    env: childEnvironment({}),
  })
  const abort = () => child.kill('SIGKILL')
  signal.addEventListener('abort', abort, { once: true })
  return new Promise<CheckOutcome>((resolve, reject) => {
    child.on('message', (message: FromChecker) => {
      if (message.kind === 'progress') onProgress?.(message.done)
      else if (message.kind === 'done') resolve(message.outcome)
      else reject(new CheckFailure(message.detail))
    })
    child.once('error', reject)
    // After a result, this has no effect.
    child.once('exit', (code, by) =>
      reject(
        signal.aborted
          ? signal.reason
          : new CheckFailure(`the process of the check ended (${by ?? `exit code ${code}`})`),
      ),
    )
    child.send(task)
  }).finally(() => {
    signal.removeEventListener('abort', abort)
    abort()
  })
}
