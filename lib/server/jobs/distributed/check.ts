import { tmpdir } from 'node:os'
import type { ObjectStore } from '../../storage/object-store'
import { checkOf } from '../check/job-checks'
import { runCheck } from '../check/run-check'
import { type StoredCheck, storedCheckSchema } from '../check/stored-check'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import { checkKey } from './object-keys'
import { resultsInOrder } from './results'

/** Where the operator reads that a stored check is damaged. */
export interface CheckLog {
  warn(fields: object, message: string): void
}

/** What the check of a job found; null if there was none yet, or if what is stored of it is damaged: it can be repeated. */
export async function readCheck(store: ObjectStore, id: string, log: CheckLog): Promise<StoredCheck | null> {
  const object = await store.get(checkKey(id))
  if (object === null) return null
  try {
    return storedCheckSchema.parse(JSON.parse(new TextDecoder().decode(object.bytes)))
  } catch {
    log.warn({ job: id, object: checkKey(id) }, 'the check of a job is damaged; POST /api/jobs/{id}/check repeats it')
    return null
  }
}

export async function writeCheck(store: ObjectStore, id: string, check: StoredCheck): Promise<void> {
  await store.put(checkKey(id), JSON.stringify(check), { type: 'application/json' })
}

export interface JobCheckOptions {
  store: ObjectStore
  /** Path of the built script of the process that checks. */
  checkScript: string
  log: CheckLog
}

/** Checks the photos of a job that is done, unless that was done before. One worker does it, as it ends the job. */
export async function checkJob(
  { spec, round, finishedAt }: JobRecord,
  ledger: Ledger,
  { store, checkScript: script, log }: JobCheckOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!spec.check || finishedAt === null) return
  const before = await readCheck(store, spec.id, log)
  if (before?.finished_at === finishedAt) return
  async function* rows() {
    for await (const { row, index } of resultsInOrder(store, ledger, spec.id, round, { signal }))
      yield { ...row, index }
  }
  const labels = before?.labels ?? null
  const check = await checkOf(finishedAt, labels, () => runCheck(rows(), labels, { script, folder: tmpdir(), signal }))
  signal.throwIfAborted()
  // With other labels, it was asked for again meanwhile: that check follows.
  if (((await readCheck(store, spec.id, log))?.labels ?? null) === labels) await writeCheck(store, spec.id, check)
}
