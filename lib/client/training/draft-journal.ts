import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { Stored, StoredDraft, StoredPhoto } from './stored-draft'

const KEY = `vision-training-journal${BASE_PATH}`

/** A change of what is kept, without the files of photos. */
export type Change =
  | { kind: 'cleared' }
  | { kind: 'draft'; draft: StoredDraft }
  | { kind: 'photo'; id: number; label: number | null; confirmed: boolean; skipped: boolean }
  | { kind: 'removed'; id: number }

/**
 * Keeps changes that a page makes right before it goes: a browser aborts the transactions that wait for their turn then,
 * even if they are committed already. Unlike IndexedDB, local storage is written at once.
 */
export class DraftJournal {
  /** The latest change of each record that isn't written yet, in order. */
  private readonly unwritten = new Map<string, Change>()

  /**
   * Follows a change until it is written.
   *
   * @returns to be called once it is written
   */
  follow(record: string, change: Change): () => void {
    if (this.unwritten.size === 0) {
      globalThis.window?.addEventListener('pagehide', this.save)
      globalThis.document?.addEventListener('visibilitychange', this.save)
    }
    if (change.kind === 'cleared') this.unwritten.clear()
    this.unwritten.delete(record)
    this.unwritten.set(record, change)
    return () => {
      if (this.unwritten.get(record) !== change) return
      this.unwritten.delete(record)
      if (this.unwritten.size === 0) this.end()
    }
  }

  /** The changes that an earlier page didn't write, in order. They stay until they are followed and written. */
  read(): readonly Change[] {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? '[]')
    } catch {
      return []
    }
  }

  private readonly save = (event: Event): void => {
    if (event.type === 'visibilitychange' && document.visibilityState === 'visible') return
    try {
      localStorage.setItem(KEY, JSON.stringify([...this.unwritten.values()]))
    } catch {
      // A full storage: the changes are being written all the same.
    }
  }

  private end(): void {
    globalThis.window?.removeEventListener('pagehide', this.save)
    globalThis.document?.removeEventListener('visibilitychange', this.save)
    try {
      localStorage.removeItem(KEY)
    } catch {
      // Without storage there is none.
    }
  }
}

/** What is kept, with changes that weren't written. Photos that were new are lost: only their files would bring them back. */
export function withChanges({ draft, unsorted, photos }: Stored, changes: readonly Change[]): Stored {
  const kept = new Map(photos.map((photo) => [photo.id, photo]))
  let result: Omit<Stored, 'photos'> = { draft, unsorted }
  for (const change of changes) {
    if (change.kind === 'draft') result = { ...result, draft: change.draft }
    if (change.kind === 'removed') kept.delete(change.id)
    if (change.kind === 'photo') apply(change, kept)
    if (change.kind !== 'cleared') continue
    kept.clear()
    result = { draft: undefined, unsorted: [] }
  }
  return { ...result, photos: [...kept.values()] }
}

function apply({ id, label, confirmed, skipped }: Change & { kind: 'photo' }, photos: Map<number, StoredPhoto>): void {
  const photo = photos.get(id)
  if (photo) photos.set(id, { ...photo, label, confirmed, skipped })
}
