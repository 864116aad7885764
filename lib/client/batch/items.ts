import type { ResultRow } from '@/lib/shared/results/columns'
import type { PhotoSource } from './source'

/**
 * Where a photo of a batch stands: `missing` where its file must be given again, `waiting` for its upload, `sending`, `queued` at the
 * server, `done` with a result or a failure, `left_out` where it never runs.
 */
export type ItemState = 'missing' | 'waiting' | 'sending' | 'queued' | 'done' | 'left_out'

export interface BatchItem {
  readonly index: number
  /** Unlike any other's in its batch. */
  readonly path: string
  readonly size: number | null
  readonly modified: number | null
  readonly state: ItemState
  readonly row: ResultRow | null
}

export interface Counts {
  total: number
  done: number
  ok: number
  uncertain: number
  failed: number
  /** Not at the server yet, their files being here. */
  toUpload: number
  missing: number
  leftOut: number
}

/** Whether the server failed with it: what never reached the server would fail again. */
export function failedOnServer({ row }: BatchItem): boolean {
  return row?.status === 'failed' && row.sha256 !== null
}

/** Name, size and time. */
function mark({ path, size, modified }: Pick<BatchItem, 'path' | 'size' | 'modified'>): string {
  return `${path.slice(path.lastIndexOf('/') + 1)}/${size}/${modified}`
}

/** The photos of a batch in their order, each found by its name. Changed ones are new objects. */
export class ItemList {
  readonly items: BatchItem[] = []
  private readonly indices = new Map<string, number>()

  /** Adds one, under a name of its own. */
  add(path: string, part: Pick<BatchItem, 'size' | 'modified' | 'state'>): BatchItem {
    const item = { index: this.items.length, path: this.freeName(path), row: null, ...part }
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

  /** Gives every photo of one state another. */
  move(from: ItemState, to: ItemState): void {
    for (const { index, state } of this.items) if (state === from) this.set(index, { state: to })
  }

  /** Recognises files that are given again: by path, size and time; missing ones also by the end of their path. */
  sourceMatcher(): (source: PhotoSource) => BatchItem | undefined {
    const missing = new Map(
      this.items.flatMap((item) => (item.state === 'missing' ? [[mark(item), item] as const] : [])),
    )
    return (source) => {
      const found = this.find(source.path)
      return found && mark(found) === mark(source) ? found : missing.get(mark(source))
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
      if (state === 'waiting' || state === 'sending') counts.toUpload++
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

  private freeName(path: string): string {
    if (!this.indices.has(path)) return path
    const dot = path.lastIndexOf('.')
    const at = dot > path.lastIndexOf('/') ? dot : path.length
    for (let number = 2; ; number++) {
      const name = `${path.slice(0, at)} (${number})${path.slice(at)}`
      if (!this.indices.has(name)) return name
    }
  }
}
