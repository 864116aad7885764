import type { ResultRow } from '@/lib/shared/results/columns'
import { ABORTED } from '../api/classify'
import { type Failure, OFFLINE } from '../api/failure'
import { WORKER_LOST } from './failures'
import type { FromDeviceWorker, RowRequest, ToDeviceWorker } from './protocol'

/** One photo of a batch, and which results are wanted. */
export type RowTask = Omit<RowRequest, 'kind' | 'id'>

/** @param received bytes of the model so far, and in total */
export type OnLoading = (received: number, total: number) => void

interface Pending {
  resolve(row: ResultRow): void
  reject(failure: Failure): void
}

/** A worker that says nothing for this long while it has photos is stuck. A HEIC of 50 megapixels takes 20 s. */
const SILENT_MS = 120_000

/** A worker that makes rows of photos: `device-worker.ts` with one thread per run. */
export class RowWorker {
  private readonly worker = new Worker(new URL('./device-worker.ts', import.meta.url), { type: 'module' })
  private readonly pending = new Map<number, Pending>()
  private nextId = 1
  private timer: ReturnType<typeof setTimeout> | undefined
  /** Whether its model is loaded. */
  private ready = false
  /** It crashed, is stuck, or was ended; it takes no more photos. */
  lost = false

  constructor(private readonly onLoading: OnLoading) {
    this.worker.onmessage = ({ data }: MessageEvent<FromDeviceWorker>) => this.receive(data)
    // Its code can't be loaded, or it ran out of memory.
    this.worker.onerror = (event) => {
      event.preventDefault()
      this.end(this.ready ? WORKER_LOST : OFFLINE)
    }
    // Photos run beside each other in several workers, which is faster than several threads for each.
    this.post({ kind: 'threads', threads: 1 })
  }

  /** Photos that it holds. */
  get load(): number {
    return this.pending.size
  }

  /** Makes the row of a photo. Rejects with a `Failure`: `WORKER_LOST` if the photo may have been too much for it. */
  row(task: RowTask, signal: AbortSignal): Promise<ResultRow> {
    const id = this.nextId++
    const cancel = () => {
      this.post({ kind: 'cancel', id })
      this.pending.get(id)?.reject(ABORTED)
    }
    return new Promise<ResultRow>((resolve, reject) => {
      if (signal.aborted || this.lost) return reject(signal.aborted ? ABORTED : WORKER_LOST)
      this.pending.set(id, { resolve, reject })
      signal.addEventListener('abort', cancel)
      this.watch()
      this.post({ kind: 'row', id, ...task })
    }).finally(() => {
      this.pending.delete(id)
      signal.removeEventListener('abort', cancel)
      this.watch()
    })
  }

  /** Ends it. Photos that it holds are rejected with the failure. */
  end(failure: Failure): void {
    this.lost = true
    clearTimeout(this.timer)
    this.worker.terminate()
    for (const { reject } of this.pending.values()) reject(failure)
  }

  private post(message: ToDeviceWorker): void {
    this.worker.postMessage(message)
  }

  private receive(message: FromDeviceWorker): void {
    this.watch()
    const one = this.pending.get(message.id)
    if (message.kind === 'loading') this.onLoading(message.received, message.total)
    else if (message.kind === 'running') this.ready = true
    else if (message.kind === 'row') one?.resolve(message.row)
    // It can do nothing more, such as without memory.
    else if (message.kind === 'failed' && message.ended) this.end(WORKER_LOST)
    else if (message.kind === 'failed') one?.reject(message.failure)
  }

  /** Ends a stuck worker in time. */
  private watch(): void {
    clearTimeout(this.timer)
    if (this.pending.size === 0 || this.lost) return
    this.timer = setTimeout(() => this.end(this.ready ? WORKER_LOST : OFFLINE), SILENT_MS)
  }
}
