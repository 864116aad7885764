import { BASE_PATH, underBase } from '@/lib/shared/web/base-path'

const SCRIPT = `${BASE_PATH}/sw.js`

/**
 * Registers the service worker, which keeps the pages and their files in this browser. It works wherever `sw.js` lies
 * beside the home page: on this server, and on plain file servers.
 *
 * @throws TypeError or DOMException if the browser or the host doesn't have it
 */
export async function registerServiceWorker(): Promise<ServiceWorkerRegistration> {
  const register = (scope: string) =>
    navigator.serviceWorker.register(SCRIPT, { scope, updateViaCache: 'none' }) as Promise<
      ServiceWorkerRegistration | undefined
    >
  // Below a base path, the home page has no trailing slash here; a plain file server can't allow that scope, and adds
  // the slash.
  const registration = await register(underBase('/')).catch(() => register(`${BASE_PATH}/`))
  if (registration === undefined) throw new TypeError('service workers are blocked')
  return registration
}

/** The registration of this app, if there is one. */
export async function registered(): Promise<ServiceWorkerRegistration | undefined> {
  if (!('serviceWorker' in navigator)) return undefined
  const all = await navigator.serviceWorker.getRegistrations()
  const scopes = [underBase('/'), `${BASE_PATH}/`].map((path) => location.origin + path)
  return all.find(({ scope }) => scopes.includes(scope))
}

/**
 * Waits until the service worker has kept everything and is active.
 *
 * @throws DOMException `AbortError` if it couldn't be installed
 */
export function whenActive(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.active ?? registration.waiting ?? registration.installing
  return new Promise((resolve, reject) => {
    const check = () => {
      if (worker?.state !== 'activated' && worker?.state !== 'redundant') return
      worker.removeEventListener('statechange', check)
      if (worker.state === 'activated') resolve()
      else reject(new DOMException('the service worker was not installed', 'AbortError'))
    }
    worker?.addEventListener('statechange', check)
    check()
  })
}
