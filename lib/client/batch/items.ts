import { PROBLEMS, type ProblemCode } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { PhotoSource } from './source'

/**
 * The state of a photo in a batch: `missing` if its file must be selected again, `waiting` for its upload or its turn,
 * `sending`, `queued` on the server, `running` on this device, `done` with a result or a failure, `left_out` if it never
 * runs.
 */
export type ItemState = 'missing' | 'waiting' | 'sending' | 'queued' | 'running' | 'done' | 'left_out'

export interface BatchItem {
  readonly index: number
  /** Unique within the batch. */
  readonly path: string
  readonly size: number | null
  readonly modified: number | null
  readonly state: ItemState
  readonly row: ResultRow | null
  /** The visitor's word for the true label, if the model has another name for it. */
  readonly ownWord?: string | null
}

export interface Counts {
  total: number
  done: number
  ok: number
  uncertain: number
  failed: number
  /** Not on the server yet, or without a result on this device, with their files at hand. */
  toUpload: number
  missing: number
  leftOut: number
}

/** Whether the photo failed on the server, which retries it with the others. One that never got there would fail again. */
export function failedOnServer({ row }: BatchItem): boolean {
  return row?.status === 'failed' && row.sha256 !== null
}

/** Whether a failed photo may succeed in another try: the server was at fault, not the file. */
export function mayRecover(item: BatchItem): boolean {
  const code = item.row?.error_code as ProblemCode | null | undefined
  const [status] = PROBLEMS[code ?? 'internal'] ?? PROBLEMS.internal
  return failedOnServer(item) && (status >= 500 || status === 408 || status === 429)
}

/** File name, size and modification time. */
function fingerprint({ path, size, modified }: Pick<BatchItem, 'path' | 'size' | 'modified'>): string {
  return `${path.slice(path.lastIndexOf('/') + 1)}/${size}/${modified}`
}

/** Of a batch from another browser, only the path and the size are known. */
function isFileOf(item: BatchItem, source: PhotoSource): boolean {
  if (item.size === null) return item.row?.bytes === source.size
  return fingerprint(item) === fingerprint(source)
}

/** The photos of a batch in order, with lookup by path. Items are immutable: a change replaces the object. */
export class ItemList {
  readonly items: BatchItem[] = []
  private readonly indices = new Map<string, number>()

  /** Adds a photo under a unique path. */
  add(path: string, part: Pick<BatchItem, 'size' | 'modified' | 'state'>): BatchItem {
    const item = { index: this.items.length, path: this.uniquePath(path), row: null, ...part }
    this.items.push(item)
    this.indices.set(item.path, item.index)
    return item
  }

  find(path: string): BatchItem | undefined {
    const index = this.indices.get(path)
    return index === undefined ? undefined : this.items[index]
  }

  set(index: number, part: Partial<Pick<BatchItem, 'state' | 'row'>>): void {
    const item = this.items[index]
    if (item) this.items[index] = { ...item, ...part }
  }

  /** Moves every photo from one state to another. */
  move(from: ItemState, to: ItemState): void {
    for (const { index, state } of this.items) if (state === from) this.set(index, { state: to })
  }

  /**
   * Matches files that are selected again by path, size and time; lost ones also by file name, size and time.
   *
   * @param isLost whether the file of a photo is gone; by default, if it is needed for its upload
   */
  sourceMatcher(
    isLost = (item: BatchItem) => item.state === 'missing',
  ): (source: PhotoSource) => BatchItem | undefined {
    const lost = new Map(this.items.flatMap((item) => (isLost(item) ? [[fingerprint(item), item] as const] : [])))
    return (source) => {
      const item = this.find(source.path)
      return item && isFileOf(item, source) ? item : lost.get(fingerprint(source))
    }
  }

  counts(): Counts {
    const counts = {
      total: this.items.length,
      done: 0,
      ok: 0,
      uncertain: 0,
      failed: 0,
      toUpload: 0,
      missing: 0,
      leftOut: 0,
    }
    for (const { state, row } of this.items) {
      if (state === 'waiting' || state === 'sending' || state === 'running') counts.toUpload++
      else if (state === 'missing') counts.missing++
      else if (state === 'left_out') counts.leftOut++
      else if (state === 'done' && row) {
        counts.done++
        counts[row.status]++
        if (row.uncertain) counts.uncertain++
      }
    }
    return counts
  }

  private uniquePath(path: string): string {
    if (!this.indices.has(path)) return path
    const dot = path.lastIndexOf('.')
    const cut = dot > path.lastIndexOf('/') ? dot : path.length
    for (let number = 2; ; number++) {
      const candidate = `${path.slice(0, cut)} (${number})${path.slice(cut)}`
      if (!this.indices.has(candidate)) return candidate
    }
  }
}
