import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { yieldingBetween } from '../../event-loop/slices'
import type { PositionedResult } from '../backend'
import { unknownJob } from '../problems'
import type { JobFolder } from './job-folder'

/** The results of a job in the order of its photos. */
export async function* readInOrder(
  job: JobFolder,
  offset?: number,
  only?: ResultRow['status'],
): AsyncGenerator<ResultRow> {
  for await (const { row, index } of whileJobExists(job, job.resultsInOrder(offset, only))) yield { ...row, index }
}

/** The results that count, in the order in which photos finished. */
export async function* readSince(job: JobFolder, offset: number): AsyncGenerator<PositionedResult> {
  for await (const { value, next } of whileJobExists(job, job.latestResultsSince(offset))) {
    yield { value, next: String(next) }
  }
}

/** Makes a reader fail when the job goes away, so that it doesn't mistake a part for the whole. */
async function* whileJobExists<T>(job: JobFolder, lines: Iterable<T>): AsyncGenerator<T> {
  try {
    yield* yieldingBetween(lines)
  } catch (error) {
    if (job.removed) throw unknownJob()
    if (job.stopped) throw new Problem('shutting_down', 'The server is shutting down. Send the request again.')
    throw error
  }
}
