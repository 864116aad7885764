import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppendLog } from '../append-log'
import type { JobInput, JobSpec, ResultLine } from '../backend'
import { type ByteRange, CorruptLineError } from '../json-lines'
import { CorruptJobError, readJson, readJsonIfExists, removeTemporaryFiles, writeJson } from './atomic-json'
import type { StorageAccess } from './lease-handle'
import { replaceWithCopy } from './replace-with-copy'
import { ResultIndex } from './result-index'
import { StatusFile } from './status-file'

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
export interface JobFiles {
  spec: JobSpec
  status: StatusFile
  inputs: JobInput[]
  inputLog: AppendLog
  resultLog: AppendLog
  resultIndex: ResultIndex
  key: JobKey | null
}

/** Makes what a new job is made of; its folder's parent is there. @throws NodeJS.ErrnoException such as ENOSPC */
export function createJobFiles(path: string, spec: JobSpec, store: StorageAccess): JobFiles {
  const { guard } = store
  guard()
  // Not its parents: where they are gone, this is another disk than the one that jobs are kept on.
  mkdirSync(path)
  mkdirSync(join(path, 'files'))
  writeJson(join(path, 'job.json'), spec, store)
  return {
    spec,
    status: StatusFile.create(join(path, 'status.json'), store),
    inputs: [],
    inputLog: AppendLog.create(join(path, 'inputs.ndjson'), guard),
    resultLog: AppendLog.create(join(path, 'results.ndjson'), guard),
    resultIndex: new ResultIndex(),
    key: null,
  }
}

/**
 * Opens what a job is made of.
 *
 * @returns what it is opened by, a piece at each step
 * @throws DamagedJob where the folder is no whole job, NodeJS.ErrnoException where it cannot be read now
 */
export function* openJobFiles(path: string, store: StorageAccess): Generator<void, JobFiles> {
  const { guard, takenOver } = store
  removeTemporaryFiles(path, store)
  const spec = readJson(join(path, 'job.json'), specSchema) as unknown as JobSpec
  const status = StatusFile.read(join(path, 'status.json'), store)
  const inputs: JobInput[] = []
  const resultIndex = new ResultIndex()
  const { round } = status.current
  const addInput = (value: unknown) =>
    inputs.push(requireShape<JobInput>(value, ({ file }) => typeof file === 'string'))
  const addResult = (value: unknown, range: ByteRange) =>
    resultIndex.add(
      requireShape<ResultLine>(value, ({ index, row }) => Number.isSafeInteger(index) && typeof row === 'object'),
      range,
      round,
    )
  try {
    if (takenOver && status.current.state === 'running') {
      for (const name of ['inputs.ndjson', 'results.ndjson'])
        yield* replaceWithCopy(join(/* turbopackIgnore: true */ path, name), store)
    }
    const inputLog = yield* AppendLog.openInSteps(join(path, 'inputs.ndjson'), addInput, guard)
    const resultLog = yield* AppendLog.openInSteps(join(path, 'results.ndjson'), addResult, guard)
    const key = readJsonIfExists(join(path, 'key.json'), keySchema)
    return { spec, status, inputs, inputLog, resultLog, resultIndex, key }
  } catch (error) {
    if (error instanceof CorruptLineError) throw new CorruptJobError(error.message, { cause: error })
    // The folder is there, and this of it is not.
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(join(path, 'job.json'))
    throw missing ? new CorruptJobError((error as Error).message, { cause: error }) : error
  }
}

/** @throws DamagedLine */
function requireShape<T>(value: unknown, matches: (value: Record<string, unknown>) => boolean): T {
  if (typeof value === 'object' && value !== null && matches(value as Record<string, unknown>)) return value as T
  throw new CorruptLineError('a line is not what was written')
}
