const KEY = 'vision-tab'
/** A reload lets go of the name a moment after the new page asks for it. */
const PATIENCE_MS = 500

interface Tab {
  id: string
  /** That was chosen. */
  model: string
  /** The highest number of a photo. */
  last: number
}

/** What this tab was before a reload; null for a tab that had no photos. */
export function previousTab(): Tab | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Tab | null
  } catch {
    return null
  }
}

/** Keeps what this tab is over a reload, once it has photos. */
export function saveTab(tab: Tab): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(tab))
  } catch {
    // Then a reload begins anew.
  }
}

/** A tab's name is held by a lock as long as its page lives, so that others see which are in use. */
export const lockName = (id: string) => `${KEY} ${id}`

/**
 * Names this tab, or takes the former name back. A copy of a tab has the name of the first one: it gets one of its own.
 *
 * @returns the name, and the one that the tab came with
 */
export async function claimTabId(): Promise<{ id: string; former: string | null }> {
  const former = previousTab()?.id ?? null
  if (former !== null && (await hold(former))) return { id: former, former }
  // Not randomUUID: plain http has none.
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
  await hold(id)
  return { id, former }
}

/** Holds a name until this page goes. False where another page has it. */
function hold(id: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const held = () => {
      resolve(true)
      return new Promise<never>(() => {})
    }
    navigator.locks.request(lockName(id), { signal }, held).catch(() => resolve(false))
  })
}

/** The names of all tabs that are open now; null where this browser does not tell. */
export async function listOpenTabs(): Promise<Set<string> | null> {
  if (!navigator.locks) return null
  const { held = [] } = await navigator.locks.query()
  const prefix = lockName('')
  return new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])))
}
