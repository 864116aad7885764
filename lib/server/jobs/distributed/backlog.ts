import type { Backlog } from '../jobs'
import type { Ledger } from './ledger'

/** What the running jobs still have to do, and how long the one that has waited longest has got nothing done. */
export async function backlogOf(ledger: Ledger): Promise<Backlog> {
  const now = await ledger.now()
  let photos = 0
  let since = now
  for (const id of await ledger.activeIds()) {
    const standing = await ledger.standing(id)
    if (standing?.state !== 'running' || standing.paused || standing.stuck) continue
    const left = standing.total - standing.ok - standing.failed
    photos += left
    if (left > 0) since = Math.min(since, standing.touchedAt)
  }
  return { photos, waitSeconds: (now - since) / 1000 }
}
