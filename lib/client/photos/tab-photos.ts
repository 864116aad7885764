import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { WriteQueue } from '../storage/write-queue'
import type { Photo } from './photo'
import type { PhotoSession } from './photo-session'
import type { Prepared } from './prepare-photo'
import { claimTabId, listOpenTabs, saveTab } from './tab-id'

interface StoredPhoto {
  tab: string
  id: number
  /** When it was added (milliseconds since 1970). */
  time: number
  name: string
  file: Blob
  credit: string | null
}

interface StoredState extends Pick<Photo, 'asIs' | 'crop' | 'phases' | 'votes'> {
  tab: string
  id: number
  /** The file only if it differs from the original, which is stored already. */
  prepared: (Omit<Prepared, 'file'> & { file?: Blob }) | null
}

export interface TabPhotosSchema extends DBSchema {
  photos: { key: [string, number]; value: StoredPhoto }
  states: { key: [string, number]; value: StoredState }
}

/** The name of the database. */
export const TAB_PHOTOS = `vision-tabs${BASE_PATH}`

/** How long photos of closed tabs are retained, in case the visitor reopens the tab. */
const RETENTION_MS = 24 * 3_600_000

/**
 * Persists this tab's photos and results across reloads, in this browser only: restores the saved ones, then follows
 * the session. Without storage, the session simply isn't persisted.
 */
export async function persistPhotos(session: PhotoSession): Promise<void> {
  try {
    const { id, previous } = await claimTabId()
    const db = await openDB<TabPhotosSchema>(TAB_PHOTOS, 1, {
      upgrade(database) {
        database.createObjectStore('photos', { keyPath: ['tab', 'id'] })
        database.createObjectStore('states', { keyPath: ['tab', 'id'] })
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    })
    session.restore(previous === null ? [] : await loadPhotos(db, previous))
    // A duplicated tab also saves the inherited photos under its own id.
    new PhotoWriter(db, id, previous === id ? session.snapshot().photos : []).follow(session)
    await deleteExpired(db, id)
  } catch {
    session.restore([])
  }
}

const photoRange = (tab: string) => IDBKeyRange.bound([tab, 0], [tab, Number.MAX_SAFE_INTEGER])

async function loadPhotos(db: IDBPDatabase<TabPhotosSchema>, tab: string): Promise<Photo[]> {
  const [photos, states] = await Promise.all([
    db.getAll('photos', photoRange(tab)),
    db.getAll('states', photoRange(tab)),
  ])
  const stateById = new Map(states.map((state) => [state.id, state]))
  return photos.map(({ id, name, file, credit }) => {
    const { prepared = null, asIs = false, crop = null, phases = {}, votes = {} } = stateById.get(id) ?? {}
    return { id, name, file, credit, prepared: prepared && { file, ...prepared }, asIs, crop, phases, votes }
  })
}

/** Deletes the photos of tabs that were closed long ago. */
async function deleteExpired(db: IDBPDatabase<TabPhotosSchema>, ownTab: string): Promise<void> {
  const openTabs = await listOpenTabs()
  if (openTabs === null) return
  for (const { tab, id, time } of await db.getAll('photos')) {
    if (tab === ownTab || openTabs.has(tab) || Date.now() - time < RETENTION_MS) continue
    await Promise.all([db.delete('photos', [tab, id]), db.delete('states', [tab, id])])
  }
}

/** Writes changes to the database. */
class PhotoWriter {
  private readonly written = new Map<number, Photo>()
  private readonly queue: WriteQueue<TabPhotosSchema, 'photos' | 'states'>

  /** @param photos those that are already in the database */
  constructor(
    db: IDBPDatabase<TabPhotosSchema>,
    private readonly tab: string,
    photos: readonly Photo[],
  ) {
    // When the disk is full, for example, the photos are still on the page.
    this.queue = new WriteQueue(
      async () => db,
      ['photos', 'states'],
      () => {},
    )
    for (const photo of photos) this.written.set(photo.id, photo)
  }

  follow(session: PhotoSession): void {
    const save = () => {
      const { photos, model } = session.snapshot()
      if (photos.length > 0) saveTab({ id: this.tab, model, last: Math.max(...photos.map(({ id }) => id)) })
      this.write(photos)
    }
    session.subscribe(save)
    save()
  }

  private write(photos: readonly Photo[]): void {
    const currentIds = new Set<number>()
    for (const photo of photos) {
      currentIds.add(photo.id)
      const before = this.written.get(photo.id)
      if (before === photo) continue
      this.written.set(photo.id, photo)
      if (!before) this.savePhoto(photo)
      if (!before || stateKey(before) !== stateKey(photo)) this.saveState(photo)
    }
    for (const id of this.written.keys()) {
      if (currentIds.has(id)) continue
      this.written.delete(id)
      this.delete('photos', id)
      this.delete('states', id)
    }
  }

  private savePhoto(photo: Photo): void {
    const stored = this.stored(photo)
    this.queue.add(`photos ${photo.id}`, { in: (transaction) => transaction.objectStore('photos').put(stored) })
  }

  private saveState(photo: Photo): void {
    const stored = this.storedState(photo)
    this.queue.add(`states ${photo.id}`, { in: (transaction) => transaction.objectStore('states').put(stored) })
  }

  private delete(store: 'photos' | 'states', id: number): void {
    this.queue.add(`${store} ${id}`, { in: (transaction) => transaction.objectStore(store).delete([this.tab, id]) })
  }

  private stored({ id, name, file, credit }: Photo): StoredPhoto {
    return { tab: this.tab, id, time: Date.now(), name, file, credit }
  }

  private storedState({ id, file, prepared, asIs, crop, phases, votes }: Photo): StoredState {
    const answered = Object.entries(phases).filter(([, { name }]) => name === 'answered')
    return {
      tab: this.tab,
      id,
      prepared: prepared && withoutFile(prepared, file),
      asIs,
      crop,
      phases: Object.fromEntries(answered),
      votes,
    }
  }
}

function withoutFile({ file, ...facts }: Prepared, original: Blob): StoredState['prepared'] {
  return file === original ? facts : { ...facts, file }
}

/**
 * Identifies the state that survives a reload: whether the photo was changed, its crop, which models have results, and the
 * feedback. An unchanged photo without a result is prepared again.
 */
function stateKey({ file, prepared, asIs, crop, phases, votes }: Photo): string {
  const answered = Object.keys(phases).filter((model) => phases[model]?.name === 'answered')
  return JSON.stringify([prepared !== null && prepared.file !== file, asIs, crop, answered, votes])
}
