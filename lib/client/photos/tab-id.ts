const KEY = 'vision-tab'
/** After a reload, the old page releases its lock a moment after the new page requests it. */
const LOCK_TIMEOUT_MS = 500

interface Tab {
  id: string
  /** The selected model. */
  model: string
  /** The highest photo id. */
  last: number
}

/** This tab's state before a reload; null if it had no photos. */
export function previousTab(): Tab | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Tab | null
  } catch {
    return null
  }
}

/** Saves this tab's state for a reload, once it has photos. */
export function saveTab(tab: Tab): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(tab))
  } catch {
    // Without storage, a reload starts empty.
  }
}

/** Each page holds a lock with its tab's id, so that other tabs can see which ids are in use. */
const lockName = (id: string) => `${KEY} ${id}`

interface ClaimedId {
  id: string
  /** The id that the tab had before. */
  previous: string | null
}

let claimed: Promise<ClaimedId> | undefined

/**
 * Claims an id for this tab, once, if possible the one from before a reload. A duplicated tab inherits the id of the
 * original, which is in use, and gets a new one.
 */
export function claimTabId(): Promise<ClaimedId> {
  claimed ??= claimId()
  return claimed
}

async function claimId(): Promise<ClaimedId> {
  const previous = previousTab()?.id ?? null
  if (previous !== null && (await acquireLock(previous))) return { id: previous, previous }
  // Not randomUUID, which is unavailable on plain HTTP.
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
  await acquireLock(id)
  return { id, previous }
}

/** Holds the lock until the page is closed. False if another page holds it. */
function acquireLock(id: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(LOCK_TIMEOUT_MS)
    const holdForever = () => {
      resolve(true)
      return new Promise<never>(() => {})
    }
    navigator.locks.request(lockName(id), { signal }, holdForever).catch(() => resolve(false))
  })
}

/** The ids of all open tabs; null if this browser doesn't support locks. */
export async function listOpenTabs(): Promise<Set<string> | null> {
  if (!navigator.locks) return null
  const { held = [] } = await navigator.locks.query()
  const prefix = lockName('')
  return new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])))
}
