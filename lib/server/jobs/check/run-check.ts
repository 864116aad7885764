import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type BackgroundOptions, BackgroundProcessEnded, runInBackground } from '../../background/run-in-background'
import type { CheckOutcome, CheckTask } from './task'

export interface CheckOptions extends BackgroundOptions {
  /** For the file that the processes exchange, which is removed. */
  folder: string
}

/** The check itself failed: trying again would fail again. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
}

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

async function checkInProcess(task: CheckTask, options: BackgroundOptions): Promise<CheckOutcome> {
  try {
    return await runInBackground<CheckOutcome>(task, options)
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof Problem) throw new CheckFailure(error.detail, { cause: error })
    if (error instanceof BackgroundProcessEnded) throw new CheckFailure(error.message, { cause: error })
    throw error
  }
}
