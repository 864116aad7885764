import type { FromServiceWorker } from '../messages'
import { withDeadline } from '../with-deadline'
import { isThisVersion, otherVersions } from './versions'

const ANSWER_MS = 2000

/**
 * Removes the caches of other versions, unless a page may still use one. A page that doesn't answer, because it still
 * loads or is frozen, may.
 *
 * @param offered whether another version waits for the visitor: its cache stays
 */
export async function removeUnused(clients: Clients, offered: boolean): Promise<void> {
  const others = await otherVersions()
  if (offered || others.length === 0) return
  const pages = await clients.matchAll({ type: 'window', includeUncontrolled: true })
  const ours = await Promise.all(pages.map(async (page) => isThisVersion(await scriptsOf(page))))
  if (ours.every(Boolean)) await Promise.all(others.map((name) => caches.delete(name)))
}

/** The addresses of a page's scripts; empty if it doesn't answer. */
async function scriptsOf(page: Client): Promise<string> {
  const { port1, port2 } = new MessageChannel()
  const answer = new Promise<string>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<string>) => resolve(data)
  })
  page.postMessage({ kind: 'scripts' } satisfies FromServiceWorker, [port2])
  try {
    return await withDeadline(answer, ANSWER_MS)
  } catch {
    return ''
  } finally {
    port1.close()
  }
}
