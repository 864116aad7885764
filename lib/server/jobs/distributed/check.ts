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

/** How often a worker says how far a check is (milliseconds); a few of them may be late before it counts as dead. */
const REPORT_MS = 2000

/** Checks the photos of a job that is done, unless that was done before. One worker does it, as it ends the job. */
export async function checkJob(
  { spec: { id, check: isChecked }, round, finishedAt }: JobRecord,
  ledger: Ledger,
  { store, checkScript: script, log }: JobCheckOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!isChecked || finishedAt === null) return
  let before = await readCheck(store, id, log)
  if (before?.finished_at === finishedAt) return
  async function* rows() {
    for await (const { row, index } of resultsInOrder(store, ledger, id, round, { signal })) yield { ...row, index }
  }
  const progress = new ReportedProgress(ledger, id)
  try {
    for (;;) {
      const labels = before?.labels ?? null
      const options = { script, folder: tmpdir(), signal, onProgress: (share: number) => progress.set(share) }
      const check = await checkOf(finishedAt, labels, () => runCheck(rows(), labels, options))
      signal.throwIfAborted()
      before = await readCheck(store, id, log)
      // With other labels, it is for nothing.
      if ((before?.labels ?? null) === labels) return await writeCheck(store, id, check)
    }
  } finally {
    await progress.end()
  }
}

/** Tells all web instances how far the check of a job is, for as long as this process lives. */
class ReportedProgress {
  private share = 0
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly ledger: Ledger,
    private readonly id: string,
  ) {
    this.timer = setInterval(() => this.send(this.share), REPORT_MS)
    this.send(0)
  }

  set(share: number): void {
    this.share = share
  }

  async end(): Promise<void> {
    clearInterval(this.timer)
    await this.ledger.setCheckProgress(this.id, null).catch(() => {})
  }

  /** Without Redis, nobody knows how far it is. */
  private send(share: number): void {
    this.ledger.setCheckProgress(this.id, share).catch(() => {})
  }
}
