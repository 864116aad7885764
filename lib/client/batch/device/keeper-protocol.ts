import type { ResultRow } from '@/lib/shared/results/columns'

/** Messages between the page and the worker that keeps a batch of this device in the browser's private file system. */

export type ToKeeper =
  /** Replied with `Kept`. */
  | { kind: 'open'; batch: string }
  | { kind: 'append'; row: ResultRow }
  /** Keeps a photo. */
  | { kind: 'copy'; index: number; file: Blob }
  /** Replied with the photo, if it is kept. */
  | { kind: 'read'; index: number }
  /** Deletes a photo, if it is kept. */
  | { kind: 'drop'; index: number }
  | { kind: 'close' }

/** Replies have the number of their request. */
export interface FromKeeper {
  id: number
  value?: Kept | File
  /** Name of the DOMException. */
  error?: string
}

/** What was kept of a batch. */
export interface Kept {
  rows: ResultRow[]
  /** Photos by their index in the batch. */
  photos: Map<number, File>
}
