import { tmpdir } from 'node:os'
import type { ObjectStore } from '../../storage/object-store'
import { checkOf } from '../check/job-checks'
import { runCheck } from '../check/run-check'
import { type StoredCheck, storedCheckSchema } from '../check/stored-check'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import { checkKey } from './object-keys'
import { resultsInOrder } from './results'

/** What the check of a job found; null if there was none yet. */
export async function readCheck(store: ObjectStore, id: string): Promise<StoredCheck | null> {
  const object = await store.get(checkKey(id))
  return object && storedCheckSchema.parse(JSON.parse(new TextDecoder().decode(object.bytes)))
}

export async function writeCheck(store: ObjectStore, id: string, check: StoredCheck): Promise<void> {
  await store.put(checkKey(id), JSON.stringify(check), { type: 'application/json' })
}

export interface JobCheckOptions {
  store: ObjectStore
  /** Path of the built script of the process that checks. */
  checkScript: string
}

/** Checks the photos of a job that is done, unless that was done before. One worker does it, as it ends the job. */
export async function checkJob(
  { spec, round, finishedAt }: JobRecord,
  ledger: Ledger,
  { store, checkScript: script }: JobCheckOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!spec.check || finishedAt === null) return
  const before = await readCheck(store, spec.id)
  if (before?.finished_at === finishedAt) return
  async function* rows() {
    for await (const { row, index } of resultsInOrder(store, ledger, spec.id, round, { signal }))
      yield { ...row, index }
  }
  const labels = before?.labels ?? null
  const check = await checkOf(finishedAt, labels, () => runCheck(rows(), labels, { script, folder: tmpdir(), signal }))
  signal.throwIfAborted()
  await writeCheck(store, spec.id, check)
}
