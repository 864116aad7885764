import { BASE_PATH } from '@/lib/shared/web/base-path'
import { DEVICE_CACHE } from '../device/kept-files'
import { registered } from './register'

/** As in worker/versions.ts. */
const VERSIONS = `vision-offline:${BASE_PATH}:`

/** Bytes that this site uses in the browser, photos and history included, and that it may use. */
export interface StorageUse {
  used: number
  available: number
}

/** How much space this site uses; null if the browser doesn't say. */
export async function storageUse(): Promise<StorageUse | null> {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {}
  return usage === undefined || quota === undefined ? null : { used: usage, available: Math.max(0, quota - usage) }
}

/** Removes the models, the pages with their files, and the service worker. Photos and the history stay. */
export async function removeFromDevice(): Promise<void> {
  await (await registered())?.unregister()
  const names = (await caches.keys()).filter((name) => name === DEVICE_CACHE || name.startsWith(VERSIONS))
  await Promise.all(names.map((name) => caches.delete(name)))
}
