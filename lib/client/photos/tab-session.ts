import type { Classification } from '@/lib/shared/contract/contract'
import { classify } from '../api/classify'
import { type Photo, PhotoSession, type SessionOptions } from './photo-session'
import { preparePhoto } from './prepare-photo'
import { previousTab } from './tab-id'

const REDUCE_KEY = 'reduce-large-photos'

let session: PhotoSession | undefined

/**
 * The photos of this tab. They outlive the page: a visit to the gallery loses none of them. On the server there is nothing to
 * share, and each rendering begins empty.
 */
export function tabSession(model: string, maxBytes: number): PhotoSession {
  if (typeof window === 'undefined') return newSession(model, maxBytes, { reduce: true })
  session ??= kept(newSession(model, maxBytes, { reduce: readReduce(), former: previousTab() }))
  return session
}

/** With the photos of before a reload, and over the next one. The code comes when the first photo does. */
function kept(made: PhotoSession): PhotoSession {
  const keep = () =>
    void import('./tab-photos').then(
      ({ persistPhotos }) => persistPhotos(made),
      () => made.restore([]),
    )
  if (made.snapshot().restoring) keep()
  else {
    const leave = made.subscribe(() => {
      leave()
      keep()
    })
  }
  return made
}

/** Whether large photos are made smaller, from now on and in later visits. */
export function saveReduce(reduce: boolean): void {
  session?.setReduce(reduce)
  try {
    localStorage.setItem(REDUCE_KEY, String(reduce))
  } catch {
    // Private windows may refuse storage; the choice then lasts as long as the tab.
  }
}

function readReduce(): boolean {
  try {
    return localStorage.getItem(REDUCE_KEY) !== 'false'
  } catch {
    return true
  }
}

function newSession(model: string, maxBytes: number, start: Pick<SessionOptions, 'reduce' | 'former'>): PhotoSession {
  return new PhotoSession({
    model,
    maxBytes,
    ...start,
    prepare: preparePhoto,
    send: classify,
    answered: remember,
  })
}

/** Into this browser's history. Its code is fetched when there is something to keep. */
function remember({ file, name, prepared }: Photo, result: Classification): void {
  void import('../history/history').then(({ saveRun }) =>
    saveRun(prepared?.converted ? prepared.file : file, name, result),
  )
}
