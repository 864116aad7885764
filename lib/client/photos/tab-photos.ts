import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { Photo, PhotoSession, RestoredPhoto } from './photo-session'
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

interface StoredState extends Pick<Photo, 'prepared' | 'asIs' | 'phases' | 'votes'> {
  tab: string
  id: number
}

interface Schema extends DBSchema {
  photos: { key: [string, number]; value: StoredPhoto }
  states: { key: [string, number]; value: StoredState }
}

/** Photos of closed tabs are kept so long, for who opens one again. */
const CLOSED_MS = 24 * 3_600_000

/**
 * Keeps the photos of this tab with their answers over a reload, in this browser only: puts back what was there, then follows the session.
 * A browser that keeps nothing is left alone.
 */
export async function persistPhotos(session: PhotoSession): Promise<void> {
  try {
    const { id, former } = await claimTabId()
    const db = await openDB<Schema>(`vision-tabs${BASE_PATH}`, 1, {
      upgrade(created) {
        created.createObjectStore('photos', { keyPath: ['tab', 'id'] })
        created.createObjectStore('states', { keyPath: ['tab', 'id'] })
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    })
    session.restore(former === null ? [] : await read(db, former))
    // A copy of a tab keeps its photos under its own name too.
    new Keeper(db, id, former === id ? session.snapshot().photos : []).follow(session)
    await tidy(db, id)
  } catch {
    session.restore([])
  }
}

const all = (tab: string) => IDBKeyRange.bound([tab, 0], [tab, Number.MAX_SAFE_INTEGER])

async function read(db: IDBPDatabase<Schema>, tab: string): Promise<RestoredPhoto[]> {
  const [photos, states] = await Promise.all([db.getAll('photos', all(tab)), db.getAll('states', all(tab))])
  const stateOf = new Map(states.map((state) => [state.id, state]))
  return photos.map(({ id, name, file, credit }) => {
    const { prepared = null, asIs = false, phases = {}, votes = {} } = stateOf.get(id) ?? {}
    return { id, name, file, credit, prepared, asIs, phases, votes }
  })
}

/** Drops what tabs left behind that are long closed. */
async function tidy(db: IDBPDatabase<Schema>, own: string): Promise<void> {
  const open = await listOpenTabs()
  if (open === null) return
  for (const { tab, id, time } of await db.getAll('photos')) {
    if (tab === own || open.has(tab) || Date.now() - time < CLOSED_MS) continue
    await Promise.all([db.delete('photos', [tab, id]), db.delete('states', [tab, id])])
  }
}

/** Writes what has changed, one change after the other. */
class Keeper {
  private readonly kept = new Map<number, Photo>()
  private last: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly db: IDBPDatabase<Schema>,
    private readonly tab: string,
    photos: readonly Photo[],
  ) {
    for (const photo of photos) this.kept.set(photo.id, photo)
  }

  follow(session: PhotoSession): void {
    const write = () => {
      const { photos, model } = session.snapshot()
      if (photos.length > 0) saveTab({ id: this.tab, model, last: Math.max(...photos.map(({ id }) => id)) })
      this.write(photos)
    }
    session.subscribe(write)
    write()
  }

  private write(photos: readonly Photo[]): void {
    const here = new Set<number>()
    for (const photo of photos) {
      here.add(photo.id)
      const before = this.kept.get(photo.id)
      if (before === photo) continue
      this.kept.set(photo.id, photo)
      if (!before) this.queue(() => this.db.put('photos', this.stored(photo)))
      if (!before || settled(before) !== settled(photo)) this.queue(() => this.db.put('states', this.state(photo)))
    }
    for (const id of this.kept.keys()) {
      if (here.has(id)) continue
      this.kept.delete(id)
      this.queue(() =>
        Promise.all([this.db.delete('photos', [this.tab, id]), this.db.delete('states', [this.tab, id])]),
      )
    }
  }

  /** A full disk keeps no more; the photos are on the page all the same. */
  private queue(step: () => Promise<unknown>): void {
    this.last = this.last.then(step).catch(() => {})
  }

  private stored({ id, name, file, credit }: Photo): StoredPhoto {
    return { tab: this.tab, id, time: Date.now(), name, file, credit }
  }

  private state({ id, prepared, asIs, phases, votes }: Photo): StoredState {
    const answered = Object.entries(phases).filter(([, { name }]) => name === 'answered')
    return { tab: this.tab, id, prepared, asIs, phases: Object.fromEntries(answered), votes }
  }
}

/** What of a photo outlives a reload, in a word: how it is sent, by which models it is answered, and what was said of that. */
function settled({ prepared, asIs, phases, votes }: Photo): string {
  const answered = Object.keys(phases).filter((model) => phases[model]?.name === 'answered')
  return JSON.stringify([prepared !== null, asIs, answered, votes])
}
