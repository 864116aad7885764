import { fallback } from '@/lib/shared/offline/pages.json'
import type { FromServiceWorker, ToServiceWorker } from '../messages'
import { isStorageFull } from '../storage-full'
import { build } from './build'
import { classifyRequest } from './classify-request'
import { isolate } from './isolate'
import { keepVersion } from './keep'
import { removeUnused } from './remove-unused'
import { servePage } from './serve-page'
import { findFile, findOwn } from './versions'

/** Entry point of the service worker: the pages, and the files that they need, without a network. */

declare const self: ServiceWorkerGlobalScope

const BASE = self.location.origin + build.base
const FILES = new Set(build.files)

self.addEventListener('install', (event) => event.waitUntil(keepVersion().catch(reportFailure)))

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim().then(tidy))
})

self.addEventListener('message', (event) => {
  const { kind } = event.data as ToServiceWorker
  event.waitUntil(kind === 'accept' ? self.skipWaiting() : tidy())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const handling = classifyRequest(request, BASE, FILES)
  if (handling.kind === 'page') {
    event.respondWith(servePage(event, handling.path, fallback, self.registration))
  } else if (handling.kind === 'file') event.respondWith(serveFile(request, handling.path))
  else if (handling.kind === 'worker') event.respondWith(fetch(request).then(isolate))
  else if (handling.kind === 'router') event.respondWith(serveRouter(request, handling.path))
})

/** Only one version is active, and it may be older than the one that waits. */
function tidy(): Promise<void> {
  const { active, installing, waiting } = self.registration
  return removeUnused(self.clients, installing !== null || (waiting !== null && active !== null))
}

async function serveFile(request: Request, path: string): Promise<Response> {
  const response = (await findFile(path)) ?? (await fetch(request))
  return request.destination === 'worker' ? isolate(response) : response
}

/** Without a network, the router is told to open the page as a whole, which is kept. */
async function serveRouter(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const isPrefetch = request.headers.has('next-router-prefetch')
    if (isPrefetch || (await findOwn(path)) === undefined) throw error
    return new Response('', { headers: { 'content-type': 'text/html' } })
  }
}

/** Tells the pages why nothing is kept. */
async function reportFailure(error: unknown): Promise<never> {
  const message: FromServiceWorker = { kind: 'failed', reason: isStorageFull(error) ? 'full' : 'network' }
  for (const page of await self.clients.matchAll({ includeUncontrolled: true })) page.postMessage(message)
  throw error
}
