import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { setDraftHint } from './draft-hint'
import type { Embedded, SavedReference, TrainingLabel, TrainingPhoto } from './types'

/** A photo as it is stored. */
export interface StoredPhoto
  extends Pick<TrainingPhoto, 'id' | 'label' | 'name' | 'confirmed'>,
    // Earlier versions didn't keep these.
    Partial<Pick<TrainingPhoto, 'path' | 'skipped'>> {
  /** Null for a photo of a saved model that this browser never had. */
  file: Blob | null
  embedded: Embedded | null
}

/** Everything but the photos. */
export interface StoredDraft {
  base: string
  labels: readonly TrainingLabel[]
  /** Earlier versions didn't have it. */
  multiLabel?: boolean
  saved: SavedReference | null
  changed: boolean
}

/** What this browser keeps. */
export interface Stored {
  /** Absent before the first label. */
  draft: StoredDraft | undefined
  photos: StoredPhoto[]
  /** Photos without a label, as an earlier version kept them. */
  unsorted: readonly File[]
}

interface Schema extends DBSchema {
  draft: { key: 'draft' | 'unsorted'; value: StoredDraft | readonly File[] }
  photos: { key: number; value: StoredPhoto }
}

type Transaction = IDBPTransaction<Schema, ['draft', 'photos'], 'readwrite'>

interface Write {
  in(transaction: Transaction): Promise<unknown>
  /** Called once it is written. */
  done?(): void
}

/** Writes per transaction. When the disk is full, those of a whole transaction are lost. */
const WRITES_PER_TRANSACTION = 16

/** The draft that this browser keeps: one, since all tabs share it. */
export class DraftStore {
  private db: Promise<IDBPDatabase<Schema>> | undefined
  /** The latest write of each record. */
  private readonly waiting = new Map<string, Write>()
  private writing = false

  /** @param onFailure called once something can't be kept: in private windows, or when storage is full */
  constructor(private readonly onFailure: () => void) {}

  /** The draft from before; null if there is none or this browser has no storage. */
  async load(): Promise<Stored | null> {
    try {
      const db = await this.open()
      const [draft, unsorted, photos] = await Promise.all([
        db.get('draft', 'draft'),
        db.get('draft', 'unsorted'),
        db.getAll('photos'),
      ])
      if (!draft && !unsorted) return null
      return { draft: draft as StoredDraft | undefined, unsorted: (unsorted ?? []) as readonly File[], photos }
    } catch {
      this.onFailure()
      return null
    }
  }

  /** The file of a photo as it is kept; null if it isn't. */
  async file(id: number): Promise<Blob | null> {
    try {
      return (await (await this.open()).get('photos', id))?.file ?? null
    } catch {
      return null
    }
  }

  /** @param hasContent whether there are labels or photos */
  saveDraft(draft: StoredDraft, hasContent: boolean): void {
    setDraftHint(hasContent)
    this.write('draft', (transaction) => transaction.objectStore('draft').put(draft, 'draft'))
  }

  /** The photos that an earlier version kept apart are photos as all others now. */
  forgetUnsorted(): void {
    this.write('unsorted', (transaction) => transaction.objectStore('draft').delete('unsorted'))
  }

  /** @param onDone called once this browser keeps it */
  savePhoto(photo: StoredPhoto, onDone: () => void): void {
    this.write(`photo ${photo.id}`, (transaction) => transaction.objectStore('photos').put(photo), onDone)
  }

  deletePhoto(id: number): void {
    this.write(`photo ${id}`, (transaction) => transaction.objectStore('photos').delete(id))
  }

  clear(): void {
    setDraftHint(false)
    this.waiting.clear()
    this.write('clear', async (transaction) => {
      await transaction.objectStore('photos').clear()
      await transaction.objectStore('draft').clear()
    })
  }

  private write(record: string, write: Write['in'], done?: () => void): void {
    // The order matters where a record is deleted and comes back.
    this.waiting.delete(record)
    this.waiting.set(record, { in: write, ...(done && { done }) })
    if (!this.writing) void this.writeAll()
  }

  private async writeAll(): Promise<void> {
    this.writing = true
    while (this.waiting.size > 0) {
      const chunk = [...this.waiting].slice(0, WRITES_PER_TRANSACTION)
      for (const [record] of chunk) this.waiting.delete(record)
      try {
        const transaction = (await this.open()).transaction(['draft', 'photos'], 'readwrite')
        await Promise.all(chunk.map(([, write]) => write.in(transaction)))
        await transaction.done
        for (const [, { done }] of chunk) done?.()
      } catch {
        this.onFailure()
      }
    }
    this.writing = false
  }

  private open(): Promise<IDBPDatabase<Schema>> {
    this.db ??= openDB<Schema>(`vision-training${BASE_PATH}`, 1, {
      upgrade(db) {
        db.createObjectStore('draft')
        db.createObjectStore('photos', { keyPath: 'id' })
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    })
    this.db.catch(() => {
      this.db = undefined
    })
    return this.db
  }
}
