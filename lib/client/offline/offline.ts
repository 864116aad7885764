import type { FromServiceWorker, KeepFailure, ToServiceWorker } from './messages'
import { registered, registerServiceWorker, whenActive } from './register'
import { removeFromDevice } from './storage'
import { onStorageFull } from './storage-full'

/** What this browser keeps of the app, and whether there is a newer version of it. */
export interface OfflineState {
  /** Whether the pages open without a network, and if not, why. */
  kept: 'no' | 'loading' | 'yes' | KeepFailure
  /** A newer version than this page's is there. It is used once the visitor accepts it. */
  newVersion: boolean
}

/** An open page asks for a new version this often, when the visitor returns to it. */
const UPDATE_EVERY_MS = 3_600_000
/** The new version takes over at once; if not, a reload does no harm. */
const TAKEOVER_MS = 10_000

export const NOTHING_KEPT: OfflineState = { kept: 'no', newVersion: false }

let state = NOTHING_KEPT
const listeners = new Set<() => void>()

export const offlineState = (): OfflineState => state

export function subscribeToOffline(onChange: () => void): () => void {
  listeners.add(onChange)
  return () => listeners.delete(onChange)
}

function setState(change: Partial<OfflineState>): void {
  state = { ...state, ...change }
  for (const onChange of listeners) onChange()
}

let keeping: Promise<void> | undefined

/** Keeps the app in this browser, because the visitor chose this device. Further calls do nothing. */
export function keepOffline(): Promise<void> {
  keeping ??= keep().catch(() => {
    keeping = undefined
    // The service worker itself may have said why.
    if (state.kept === 'loading') setState({ kept: 'network' })
  })
  return keeping
}

async function keep(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  setState({ kept: 'loading' })
  listenOnce()
  const registration = await registerServiceWorker()
  watch(registration)
  await whenActive(registration)
  if (state.kept === 'loading') setState({ kept: 'yes' })
  // Otherwise the browser may remove it when space runs short. Some ask the visitor, who has just chosen this device.
  await navigator.storage.persist?.()
}

/** Follows new versions, if this browser keeps the app. */
export async function watchOffline(): Promise<void> {
  const registration = await registered()
  if (registration?.active == null) return
  listenOnce()
  setState({ kept: 'yes' })
  watch(registration)
}

/** Removes from this browser what `keepOffline` and the models have left there. Photos and the history stay. */
export async function forgetOffline(): Promise<void> {
  await keeping
  await removeFromDevice()
  keeping = undefined
  watched = undefined
  setState(NOTHING_KEPT)
}

let watched: ServiceWorkerRegistration | undefined

/** Looks for a version that waits for the visitor. */
function watch(registration: ServiceWorkerRegistration): void {
  if (watched === registration) return
  watched = registration
  const check = () => {
    if (registration.waiting && registration.active) setState({ newVersion: true })
    registration.installing?.addEventListener('statechange', check)
  }
  registration.addEventListener('updatefound', check)
  check()
  let asked = Date.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' || Date.now() - asked < UPDATE_EVERY_MS) return
    asked = Date.now()
    registration.update().catch(() => {})
  })
}

/** Reloads this tab with the new version. Other tabs go on with theirs until they are reloaded. */
export function acceptNewVersion(): void {
  const reload = () => location.reload()
  const waiting = watched?.waiting
  if (!waiting) {
    reload()
    return
  }
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true })
  setTimeout(reload, TAKEOVER_MS)
  waiting.postMessage({ kind: 'accept' } satisfies ToServiceWorker)
}

let listening = false

/** Answers the service worker, and notices when another tab accepted a new version. */
function listenOnce(): void {
  if (listening) return
  listening = true
  const { serviceWorker } = navigator
  onStorageFull(() => setState({ kept: 'full' }))
  let previous = serviceWorker.controller
  serviceWorker.addEventListener('controllerchange', () => {
    if (previous) setState({ newVersion: true })
    previous = serviceWorker.controller
  })
  serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent<FromServiceWorker>) => {
    if (data.kind === 'failed') {
      if (state.kept !== 'yes') setState({ kept: data.reason })
    } else ports[0]?.postMessage(Array.from(document.scripts, ({ src }) => src).join('\n'))
  })
  serviceWorker.startMessages()
  serviceWorker.controller?.postMessage({ kind: 'started' } satisfies ToServiceWorker)
}
