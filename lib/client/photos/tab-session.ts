import type { Classification } from '@/lib/shared/contract/contract'
import { classify } from '../api/classify'
import { loadWhenReady } from '../api/load-when-ready'
import { serverWatch } from '../api/server-watch'
import { isHere, keepChoice, onPlace, readChoice } from '../choices'
import { runHere } from '../device/run-here'
import type { Photo } from './photo'
import { PhotoSession, type SessionOptions } from './photo-session'
import { preparePhoto } from './prepare-photo'
import { previousTab } from './tab-id'

const REDUCE_KEY = 'reduce-large-photos'

let session: PhotoSession | undefined

onPlace((here) => session?.setHere(here))

/**
 * The photos of this tab. They outlive the page, so navigating to the gallery loses none of them. On the server nothing
 * is shared: each rendering starts empty.
 */
export function tabSession(model: string, maxBytes: number): PhotoSession {
  if (typeof window === 'undefined') return createSession(model, maxBytes, { reduce: true })
  session ??= withHistory(
    withPersistence(
      createSession(model, maxBytes, {
        reduce: readChoice(REDUCE_KEY) !== 'false',
        here: isHere(),
        previous: previousTab(),
      }),
    ),
  )
  return session
}

function withHistory(created: PhotoSession): PhotoSession {
  created.subscribe(() => saveHistory(created))
  return created
}

/**
 * Restores the photos from before a reload and saves them for the next one. The code is loaded with the first photo,
 * which may be added while the server is away.
 */
function withPersistence(created: PhotoSession): PhotoSession {
  const persist = async () => void (await import('./tab-photos')).persistPhotos(created)
  if (created.snapshot().restoring) persist().catch(() => created.restore([]))
  else {
    const unsubscribe = created.subscribe(() => {
      unsubscribe()
      void loadWhenReady(persist)
    })
  }
  return created
}

/** Sets whether large photos are resized, now and in later visits. */
export function saveReduce(reduce: boolean): void {
  session?.setReduce(reduce)
  keepChoice(REDUCE_KEY, String(reduce))
}

function createSession(
  model: string,
  maxBytes: number,
  initial: Pick<SessionOptions, 'reduce' | 'here' | 'previous'>,
): PhotoSession {
  return new PhotoSession({
    model,
    maxBytes,
    ...initial,
    prepare: preparePhoto,
    send: classify,
    runHere,
    server: serverWatch,
    onResult(photo, result) {
      if (!photo.crop) unsaved.push({ photo, result })
    },
  })
}

/** Results that aren't in the history yet. */
let unsaved: { photo: Photo; result: Classification }[] = []

/**
 * Adds the results to this browser's history once few photos wait for their turn: thumbnails of many photos would delay
 * their results. The code is loaded with the first result. The history has whole photos only: each move of a crop
 * would add an entry.
 */
function saveHistory(created: PhotoSession): void {
  if (created.busy || unsaved.length === 0) return
  const results = unsaved
  unsaved = []
  void loadWhenReady(async () => void (await import('../history/history')).saveRuns(results))
}
