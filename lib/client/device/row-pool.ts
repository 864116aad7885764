import { failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import { ABORTED } from '../api/classify'
import type { Failure } from '../api/failure'
import { WORKER_LOST } from './failures'
import { poolSize } from './pool-size'
import { type OnLoading, type RowTask, RowWorker } from './row-worker'

export interface RowPoolOptions {
  /** The model's name, for photos that are too much for this device. */
  model: ModelName
  onLoading: OnLoading
}

/** Photos per worker: one runs, the next is read. */
const PER_WORKER = 2

/** Makes rows of photos in as many workers as this device has room for. */
export class RowPool {
  private workers: RowWorker[] = []
  private size = poolSize(navigator)
  /** Photos that took a worker with them run once more, each alone. */
  private alone: Promise<unknown> = Promise.resolve()
  private solo: RowWorker | null = null
  private closed = false

  constructor(private readonly options: RowPoolOptions) {}

  /** Photos that it can hold at the same time. */
  get capacity(): number {
    return PER_WORKER * this.size
  }

  /** Makes the row of a photo. Rejects with a `Failure` that isn't the photo's fault, or if the signal is aborted. */
  async row(task: RowTask, signal: AbortSignal): Promise<ResultRow> {
    try {
      return await this.leastBusy().row(task, signal)
    } catch (failure) {
      if (failure !== WORKER_LOST || this.closed) throw failure
      // Fewer workers may be what fits into the memory.
      this.size = Math.max(1, Math.min(this.size, this.workers.filter(({ lost }) => !lost).length))
      const turn = this.alone.then(() => this.rowAlone(task, signal))
      this.alone = turn.catch(() => {})
      return turn
    }
  }

  close(): void {
    this.closed = true
    for (const worker of this.workers) worker.end(ABORTED)
    this.solo?.end(ABORTED)
    this.workers = []
  }

  private leastBusy(): RowWorker {
    this.workers = this.workers.filter(({ lost }) => !lost)
    const [first] = [...this.workers].sort((a, b) => a.load - b.load)
    if (first && (first.load === 0 || this.workers.length >= this.size)) return first
    const worker = new RowWorker(this.options.onLoading)
    this.workers.push(worker)
    return worker
  }

  private async rowAlone(task: RowTask, signal: AbortSignal): Promise<ResultRow> {
    const worker = new RowWorker(this.options.onLoading)
    this.solo = worker
    try {
      return await worker.row(task, signal)
    } catch (failure) {
      if (failure !== WORKER_LOST || this.closed) throw failure as Failure
      return tooMuch(task, this.options.model)
    } finally {
      worker.end(ABORTED)
    }
  }
}

/** The row of a photo that this device can't classify. */
function tooMuch({ name, file }: RowTask, model: ModelName): ResultRow {
  const detail = 'This device has too little memory for the photo, or it took longer than two minutes.'
  return failedRow({ file: name, bytes: file.size, sha256: null }, model, { code: 'device_memory', detail })
}
