import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { type Write, WriteQueue } from '../storage/write-queue'
import { setDraftHint } from './draft-hint'
import { type Change, DraftJournal, withChanges } from './draft-journal'
import type { Stored, StoredDraft, StoredPhoto } from './stored-draft'

interface Schema extends DBSchema {
  draft: { key: 'draft' | 'unsorted'; value: StoredDraft | readonly File[] }
  photos: { key: number; value: StoredPhoto }
}

type DraftWrite = Write<Schema, 'draft' | 'photos'>

/** The draft that this browser keeps: one, since all tabs share it. */
export class DraftStore {
  private db: Promise<IDBPDatabase<Schema>> | undefined
  private readonly queue: WriteQueue<Schema, 'draft' | 'photos'>
  private readonly journal = new DraftJournal()

  /** @param onFailure called once something can't be kept: in private windows, or when storage is full */
  constructor(private readonly onFailure: () => void) {
    this.queue = new WriteQueue(() => this.open(), ['draft', 'photos'], onFailure)
  }

  /** The draft from before; null if there is none or this browser has no storage. */
  async load(): Promise<Stored | null> {
    try {
      const db = await this.open()
      const [draft, unsorted, photos] = await Promise.all([
        db.get('draft', 'draft'),
        db.get('draft', 'unsorted'),
        db.getAll('photos'),
      ])
      const kept = { draft: draft as StoredDraft | undefined, unsorted: (unsorted ?? []) as readonly File[], photos }
      const stored = this.catchUp(kept)
      return stored.draft || stored.unsorted.length > 0 ? stored : null
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
    this.write('draft', { kind: 'draft', draft }, (transaction) => transaction.objectStore('draft').put(draft, 'draft'))
  }

  /** The photos that an earlier version kept apart are photos as all others now. */
  forgetUnsorted(): void {
    this.queue.add('unsorted', { in: (transaction) => transaction.objectStore('draft').delete('unsorted') })
  }

  /** @param onWritten called once this browser keeps it */
  savePhoto(photo: StoredPhoto, onWritten?: () => void): void {
    const { id, label, confirmed, skipped = false } = photo
    const change: Change = { kind: 'photo', id, label, confirmed, skipped }
    this.write(`photo ${id}`, change, (transaction) => transaction.objectStore('photos').put(photo), onWritten)
  }

  deletePhoto(id: number): void {
    this.write(`photo ${id}`, { kind: 'removed', id }, (transaction) => transaction.objectStore('photos').delete(id))
  }

  clear(): void {
    setDraftHint(false)
    this.queue.clear()
    this.write('all', { kind: 'cleared' }, (transaction) =>
      Promise.all([transaction.objectStore('photos').clear(), transaction.objectStore('draft').clear()]),
    )
  }

  private write(record: string, change: Change, write: DraftWrite['in'], onWritten?: () => void): void {
    const written = this.journal.follow(record, change)
    const done = () => {
      written()
      onWritten?.()
    }
    this.queue.add(record, { in: write, done })
  }

  /** Makes the changes that an earlier page didn't write. */
  private catchUp(kept: Stored): Stored {
    const changes = this.journal.read()
    const stored = withChanges(kept, changes)
    const photos = new Map(stored.photos.map((photo) => [photo.id, photo]))
    for (const change of changes) {
      const photo = change.kind === 'photo' && photos.get(change.id)
      if (photo) this.savePhoto(photo)
      if (change.kind === 'removed') this.deletePhoto(change.id)
      if (change.kind === 'draft') this.saveDraft(change.draft, change.draft.labels.length + photos.size > 0)
      if (change.kind === 'cleared') this.clear()
    }
    return stored
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
