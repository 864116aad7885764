import { adviceFor, BUCKET_CODE, type StorageFault } from '../../storage/storage-errors'

type Log = { warn(fields: object, message: string): void; info(fields: object, message: string): void }

/** The same is said once in so long, however often it comes and goes. */
const LOG_INTERVAL_MS = 60_000

/**
 * What keeps jobs waiting and is the operator's to mend: said in one line when it begins and in one when it is over, however many jobs and photos meet it.
 */
export class FaultMonitor {
  private readonly faults = new Map<object, StorageFault>()
  private readonly loggedAt = new Map<string, number>()
  private logged = false

  constructor(
    private readonly folder: string,
    private readonly log: Log,
  ) {}

  /** The worst of them; null where there is none. */
  get current(): StorageFault | null {
    const all = [...this.faults.values()]
    return all.find((trouble) => trouble === 'storage_unavailable') ?? all[0] ?? null
  }

  /** @param owner has met it, until it says `over` */
  report(owner: object, fault: StorageFault, error: unknown): void {
    this.faults.set(owner, fault)
    const { code = '', message: reason } = error as NodeJS.ErrnoException
    const last = this.loggedAt.get(code) ?? Number.NEGATIVE_INFINITY
    if (performance.now() - last < LOG_INTERVAL_MS) return
    this.loggedAt.set(code, performance.now())
    this.logged = true
    const where = code === BUCKET_CODE ? 'a bucket that jobs read from' : 'the folder of the jobs'
    const state = fault === 'storage_full' ? 'is full' : 'cannot be used'
    const message = `${where} ${state}; the jobs wait and go on by themselves. What to do: ${adviceFor(error)}`
    this.log.warn({ DATA_DIR: this.folder, code, reason }, message)
  }

  clear(owner: object): void {
    if (!this.faults.delete(owner) || this.faults.size > 0 || !this.logged) return
    this.logged = false
    this.loggedAt.clear()
    this.log.info({ DATA_DIR: this.folder }, 'what the jobs waited for can be used again; they go on')
  }
}
