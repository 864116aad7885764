import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { Thumbnails } from '@/lib/client/batch/thumbnails'

/** Photos of a batch by path, in an order that means something, and what they are called together. */
export interface PhotoSet {
  files: readonly string[]
  name: string
}

/** What a list of photos needs of its batch. */
export interface PhotoLinks {
  thumbnails: Thumbnails
  find(file: string): BatchItem | undefined
  /** The path without the folder that all photos are in. */
  shortName(file: string): string
  source(index: number): PhotoSource | undefined
  /** Opens a photo. The table behind it shows the set that it belongs to. */
  open(file: string, among: PhotoSet): void
  /** Shows photos in the table. */
  show(photos: PhotoSet): void
}
