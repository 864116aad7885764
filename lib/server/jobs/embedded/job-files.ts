import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { AppendLog } from '../append-log'
import type { JobInput, JobSpec, ResultLine } from '../backend'
import { type ByteRange, CorruptLineError } from '../json-lines'
import { CorruptJobError, readJson, readJsonIfExists, removeTemporaryFiles, writeJson } from './atomic-json'
import type { StorageAccess } from './lease-handle'
import { replaceWithCopy } from './replace-with-copy'
import { ResultIndex } from './result-index'
import { StatusFile } from './status-file'

/** The hash of the Idempotency-Key that created a job, and a digest of the request's contents. */
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

/** The open files of a job, and what was read from them. */
export interface JobFiles {
  spec: JobSpec
  status: StatusFile
  inputs: JobInput[]
  inputLog: AppendLog
  resultLog: AppendLog
  resultIndex: ResultIndex
  key: JobKey | null
}

/** Creates the files of a new job; the parent folder must exist. @throws NodeJS.ErrnoException such as ENOSPC */
export function createJobFiles(path: string, spec: JobSpec, store: StorageAccess): JobFiles {
  const { guard } = store
  guard()
  // Not recursive: if the parents are gone, this isn't the disk that the jobs are on.
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
 * Opens the files of a job.
 *
 * @returns a generator that does one piece of the work per step
 * @throws CorruptJobError if the folder isn't a complete job, NodeJS.ErrnoException if it can't be read at the moment
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
    // The folder exists, but this file doesn't.
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(join(path, 'job.json'))
    throw missing ? new CorruptJobError((error as Error).message, { cause: error }) : error
  }
}

/** @throws CorruptLineError */
function requireShape<T>(value: unknown, matches: (value: Record<string, unknown>) => boolean): T {
  if (typeof value === 'object' && value !== null && matches(value as Record<string, unknown>)) return value as T
  throw new CorruptLineError('a line has unexpected contents')
}
