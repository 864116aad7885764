import { adviceFor, BUCKET_CODE, type StoreTrouble } from '../../storage/store-fault'

type Log = { warn(fields: object, message: string): void; info(fields: object, message: string): void }

/** The same is said once in so long, however often it comes and goes. */
const SAID_MS = 60_000

/**
 * What keeps jobs waiting and is the operator's to mend: said in one line when it begins and in one when it is over, however many jobs and photos meet it.
 */
export class Troubles {
  private readonly met = new Map<object, StoreTrouble>()
  private readonly said = new Map<string, number>()
  private speaking = false

  constructor(
    private readonly folder: string,
    private readonly log: Log,
  ) {}

  /** The worst of them; null where there is none. */
  get now(): StoreTrouble | null {
    const all = [...this.met.values()]
    return all.find((trouble) => trouble === 'storage_unavailable') ?? all[0] ?? null
  }

  /** @param who has met it, until it says `over` */
  begin(who: object, trouble: StoreTrouble, error: unknown): void {
    this.met.set(who, trouble)
    const { code = '', message: reason } = error as NodeJS.ErrnoException
    const last = this.said.get(code) ?? Number.NEGATIVE_INFINITY
    if (performance.now() - last < SAID_MS) return
    this.said.set(code, performance.now())
    this.speaking = true
    const where = code === BUCKET_CODE ? 'a bucket that jobs read from' : 'the folder of the jobs'
    const what = trouble === 'storage_full' ? 'is full' : 'cannot be used'
    const message = `${where} ${what}; the jobs wait and go on by themselves. What to do: ${adviceFor(error)}`
    this.log.warn({ DATA_DIR: this.folder, code, reason }, message)
  }

  over(who: object): void {
    if (!this.met.delete(who) || this.met.size > 0 || !this.speaking) return
    this.speaking = false
    this.said.clear()
    this.log.info({ DATA_DIR: this.folder }, 'what the jobs waited for can be used again; they go on')
  }
}
