import { openDB } from 'idb'
import { displayedFile } from '../photos/photo'
import type { PhotoSession } from '../photos/photo-session'
import { claimTabId } from '../photos/tab-id'
import { TAB_PHOTOS, type TabPhotosSchema } from '../photos/tab-photos'
import type { Run, RunPhoto } from './history'

/** A photo that this browser still has. */
export interface FoundPhoto {
  key: RunPhoto
  file: File
  credit: string | null
  /** What this browser can display. */
  picture: Blob
}

/** The photo of a run, if a tab of this browser still has it or was closed recently; otherwise null. */
export async function findPhoto({ photo: key, file: name }: Run): Promise<FoundPhoto | null> {
  if (key === null) return null
  try {
    const db = await openDB<TabPhotosSchema>(TAB_PHOTOS, undefined, {
      // There is no database, and the tab that creates it creates its stores too.
      upgrade: (_db, _old, _new, transaction) => transaction.abort(),
    })
    try {
      const [photo, state] = await Promise.all([
        db.get('photos', [key.tab, key.id]),
        db.get('states', [key.tab, key.id]),
      ])
      if (photo?.name !== name || photo.file.size !== key.bytes) return null
      const file = new File([photo.file], name, { type: photo.file.type })
      const prepared = state?.prepared ? { file, ...state.prepared } : null
      return { key, file, credit: photo.credit, picture: displayedFile({ file, prepared }) }
    } finally {
      db.close()
    }
  } catch {
    return null
  }
}

/**
 * Classifies the photo of a run again, with this tab's model.
 *
 * @returns the id of the photo in this tab
 */
export async function classifyAgain({ key, file, credit }: FoundPhoto, session: PhotoSession): Promise<number> {
  await restored(session)
  const { id: tab } = await claimTabId()
  const own = session.snapshot().photos.find(({ id, name }) => tab === key.tab && id === key.id && name === file.name)
  if (!own) {
    session.add([file], credit)
    return session.snapshot().selected ?? 0
  }
  const hadPhase = own.phases[session.snapshot().model] !== undefined
  session.select(own.id)
  if (hadPhase) session.retry(own.id)
  return own.id
}

/** Waits for the photos from before a reload. */
function restored(session: PhotoSession): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (session.snapshot().restoring) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = session.subscribe(check)
    check()
  })
}
