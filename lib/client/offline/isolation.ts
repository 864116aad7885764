import { allSaved } from './before-reload'
import { registerServiceWorker, whenActive } from './register'

const TRIED = 'isolation-tried'

/** If the page is still there after this time, the visitor didn't let it go. */
const LEAVING_MS = 10_000

let attempt: Promise<void> | undefined

/**
 * Where the host doesn't isolate its pages from other origins, as plain file servers don't, the service worker does: the
 * page is reloaded once, and its photos are restored. Resolves at once if the page is isolated, and if it can't be.
 */
export function ensureIsolated(): Promise<void> {
  attempt ??= crossOriginIsolated ? forget() : isolate().catch(() => {})
  return attempt
}

async function isolate(): Promise<void> {
  // Pages in frames can't be isolated, and a reload that didn't help once doesn't help again.
  if (window.top !== window || sessionStorage.getItem(TRIED) !== null) return
  await whenActive(await registerServiceWorker())
  await allSaved()
  sessionStorage.setItem(TRIED, 'true')
  location.reload()
  // The page ends here, as a rule.
  await new Promise((resolve) => setTimeout(resolve, LEAVING_MS))
}

async function forget(): Promise<void> {
  try {
    sessionStorage.removeItem(TRIED)
  } catch {
    // Storage is blocked, so it was never set.
  }
}
