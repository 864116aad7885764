import { adviceFor, BUCKET_CODE, type StorageFault } from '../../storage/storage-errors'

type Log = { warn(fields: object, message: string): void; info(fields: object, message: string): void }

/** The same fault is logged once in this time, however often it comes and goes. */
const LOG_INTERVAL_MS = 60_000

/**
 * Storage faults that pause jobs and that the operator has to fix. Logs one line when a fault begins and one when all
 * are over, however many jobs and photos they affect.
 */
export class FaultMonitor {
  private readonly faults = new Map<object, StorageFault>()
  private readonly loggedAt = new Map<string, number>()
  private logged = false

  constructor(
    private readonly folder: string,
    private readonly log: Log,
  ) {}

  /** The most severe current fault; null if there is none. */
  get current(): StorageFault | null {
    const all = [...this.faults.values()]
    return all.find((trouble) => trouble === 'storage_unavailable') ?? all[0] ?? null
  }

  /** @param owner what the fault affects, until it calls `clear` */
  report(owner: object, fault: StorageFault, error: unknown): void {
    this.faults.set(owner, fault)
    const { code = '', message: reason } = error as NodeJS.ErrnoException
    const last = this.loggedAt.get(code) ?? Number.NEGATIVE_INFINITY
    if (performance.now() - last < LOG_INTERVAL_MS) return
    this.loggedAt.set(code, performance.now())
    this.logged = true
    const where = code === BUCKET_CODE ? 'a bucket that jobs read photos from' : 'the jobs folder'
    const state = fault === 'storage_full' ? 'full' : 'unavailable'
    const message = `${where} is ${state}; jobs are paused and resume on their own. What to do: ${adviceFor(error)}`
    this.log.warn({ DATA_DIR: this.folder, code, reason }, message)
  }

  clear(owner: object): void {
    if (!this.faults.delete(owner) || this.faults.size > 0 || !this.logged) return
    this.logged = false
    this.loggedAt.clear()
    this.log.info({ DATA_DIR: this.folder }, 'the storage of the jobs is available again; jobs resume')
  }
}
