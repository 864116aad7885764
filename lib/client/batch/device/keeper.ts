import type { ResultRow } from '@/lib/shared/results/columns'
import type { FromKeeper, Kept, ToKeeper } from './keeper-protocol'

/** A large photo on a slow disk takes seconds. */
const DEADLINE_MS = 60_000

interface Pending {
  resolve(value: Kept | File | undefined): void
  reject(error: Error): void
  timer: ReturnType<typeof setTimeout>
}

/** Keeps the results and the photos of a batch in this browser, in a worker. Requests reject with an Error. */
export class Keeper {
  private readonly worker = new Worker(new URL('./keeper-worker.ts', import.meta.url), { type: 'module' })
  private readonly pending = new Map<number, Pending>()
  private nextId = 1

  private constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<FromKeeper>) => this.receive(data)
    this.worker.onerror = (event) => {
      event.preventDefault()
      for (const { reject } of this.pending.values()) reject(new Error(event.message))
    }
  }

  /** Opens a batch, or starts one. Rejects where the browser keeps nothing, as in some private windows. */
  static async open(batch: string): Promise<{ keeper: Keeper; kept: Kept }> {
    const keeper = new Keeper()
    try {
      const kept = (await keeper.ask({ kind: 'open', batch })) as Kept
      return { keeper, kept }
    } catch (error) {
      keeper.worker.terminate()
      throw error
    }
  }

  /** Keeps a result. */
  async append(row: ResultRow): Promise<void> {
    await this.ask({ kind: 'append', row })
  }

  /** Keeps a photo. Rejects if there is no room, or the photo can't be read. */
  async copy(index: number, file: Blob): Promise<void> {
    await this.ask({ kind: 'copy', index, file })
  }

  /** A photo that was kept; null if it wasn't. */
  async read(index: number): Promise<File | null> {
    return ((await this.ask({ kind: 'read', index })) as File | undefined) ?? null
  }

  /** Deletes a photo, if it is kept. */
  async drop(index: number): Promise<void> {
    await this.ask({ kind: 'drop', index })
  }

  /** Closes the files, so that another tab can open them. */
  async close(): Promise<void> {
    await this.ask({ kind: 'close' }).catch(() => {})
    this.worker.terminate()
  }

  private ask(message: ToKeeper): Promise<Kept | File | undefined> {
    const id = this.nextId++
    return new Promise<Kept | File | undefined>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the browser’s storage doesn’t respond')), DEADLINE_MS)
      this.pending.set(id, { resolve, reject, timer })
      this.worker.postMessage({ ...message, id })
    }).finally(() => {
      clearTimeout(this.pending.get(id)?.timer)
      this.pending.delete(id)
    })
  }

  private receive({ id, value, error }: FromKeeper): void {
    const one = this.pending.get(id)
    if (error === undefined) one?.resolve(value)
    else one?.reject(Object.assign(new Error(error), { name: error }))
  }
}
