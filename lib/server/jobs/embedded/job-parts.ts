import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppendLog, DamagedLine, type Place } from '../append-log'
import type { JobInput, JobSpec, ResultLine } from '../jobs'
import { freshFile } from './fresh-file'
import type { StoreAccess } from './holding'
import { Standings } from './standings'
import { StatusFile } from './status-file'
import { clearUnfinished, DamagedJob, readWhole, readWholeIfThere, writeWhole } from './whole-file'

/** The Idempotency-Key that made a job, hashed, and a digest of what was sent with it. */
export interface JobKey {
  key: string
  body: string
}

const keySchema = z.object({ key: z.string(), body: z.string() })
const specSchema = z.looseObject({
  id: z.string(),
  model: z.object({ id: z.string(), revision: z.string() }),
  top_k: z.int(),
  threshold: z.number(),
  created_at: z.string(),
})

/** What a job is made of, open. */
export interface JobParts {
  spec: JobSpec
  status: StatusFile
  inputs: JobInput[]
  inputLog: AppendLog
  resultLog: AppendLog
  standings: Standings
  key: JobKey | null
}

/** Makes what a new job is made of; its folder's parent is there. @throws NodeJS.ErrnoException such as ENOSPC */
export function makeParts(path: string, spec: JobSpec, store: StoreAccess): JobParts {
  const { guard } = store
  guard()
  // Not its parents: where they are gone, this is another disk than the one that jobs are kept on.
  mkdirSync(path)
  mkdirSync(join(path, 'files'))
  writeWhole(join(path, 'job.json'), spec, store)
  return {
    spec,
    status: StatusFile.begin(join(path, 'status.json'), store),
    inputs: [],
    inputLog: AppendLog.begin(join(path, 'inputs.ndjson'), guard),
    resultLog: AppendLog.begin(join(path, 'results.ndjson'), guard),
    standings: new Standings(),
    key: null,
  }
}

/**
 * Opens what a job is made of.
 *
 * @returns what it is opened by, a piece at each step
 * @throws DamagedJob where the folder is no whole job, NodeJS.ErrnoException where it cannot be read now
 */
export function* openParts(path: string, store: StoreAccess): Generator<void, JobParts> {
  const { guard, takenOver } = store
  clearUnfinished(path, store)
  const spec = readWhole(join(path, 'job.json'), specSchema) as unknown as JobSpec
  const status = StatusFile.read(join(path, 'status.json'), store)
  const inputs: JobInput[] = []
  const standings = new Standings()
  const { round } = status.now
  const input = (value: unknown) => inputs.push(requireShape<JobInput>(value, ({ file }) => typeof file === 'string'))
  const result = (value: unknown, place: Place) =>
    standings.count(
      requireShape<ResultLine>(value, ({ index, row }) => Number.isSafeInteger(index) && typeof row === 'object'),
      place,
      round,
    )
  try {
    if (takenOver && status.now.state === 'running') {
      for (const name of ['inputs.ndjson', 'results.ndjson'])
        yield* freshFile(join(/* turbopackIgnore: true */ path, name), store)
    }
    const inputLog = yield* AppendLog.opening(join(path, 'inputs.ndjson'), input, guard)
    const resultLog = yield* AppendLog.opening(join(path, 'results.ndjson'), result, guard)
    const key = readWholeIfThere(join(path, 'key.json'), keySchema)
    return { spec, status, inputs, inputLog, resultLog, standings, key }
  } catch (error) {
    if (error instanceof DamagedLine) throw new DamagedJob(error.message, { cause: error })
    // The folder is there, and this of it is not.
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(join(path, 'job.json'))
    throw missing ? new DamagedJob((error as Error).message, { cause: error }) : error
  }
}

/** @throws DamagedLine */
function requireShape<T>(value: unknown, is: (value: Record<string, unknown>) => boolean): T {
  if (typeof value === 'object' && value !== null && is(value as Record<string, unknown>)) return value as T
  throw new DamagedLine('a line is not what was written')
}
