import type { Job } from '@/lib/shared/contract/jobs'
import type { Failure } from '../api/failure'
import { fetchJob } from './api'
import { turnLock } from './device/turn'
import { type DeviceSettings, groupOf, type Outcome, type SavedBatch, updateBatch } from './store'
import { deleteThumbnails } from './thumbnail-store'
import { isFinal } from './timing'

/** The state of a saved batch: `unfinished` if it waits for photos that were never uploaded. */
export type SavedState = 'running' | 'paused' | 'unfinished' | Outcome['state']

/** The state of a batch as far as it is known without asking the server; null if it has to be asked. */
function knownState({ outcome }: SavedBatch, now: number): SavedState | null {
  if (!outcome) return null
  return outcome.expires !== null && outcome.expires < now ? 'expired' : outcome.state
}

/** The state of a batch; if need be, the server is asked. Null if that doesn't answer. */
export async function findState(batch: SavedBatch): Promise<SavedState | null> {
  const known = knownState(batch, Date.now())
  if (known === 'expired') await noteExpired(batch.id)
  if (known) return known
  return batch.device ? deviceState(batch.id, batch.device) : askState(batch.id)
}

/** The state of a batch of this device: some page runs it, or it goes on when it is opened. */
async function deviceState(id: string, { paused }: DeviceSettings): Promise<SavedState> {
  if (paused) return 'paused'
  const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {}
  return held.some(({ name }) => name === turnLock(id)) ? 'running' : 'unfinished'
}

/** Asks the server for the state of a batch, and saves it if it's final. */
async function askState(id: string): Promise<SavedState | null> {
  try {
    const job = await fetchJob(id)
    if (!isFinal(job)) return stateOf(job)
    const state = job.state === 'cancelled' ? 'cancelled' : 'done'
    const expires = job.expires_at === null ? null : Date.parse(job.expires_at)
    await updateBatch(id, { outcome: { state, failed: job.counts.failed, expires, seconds: null } })
    return state
  } catch (error) {
    if ((error as Failure).code !== 'unknown_job') return null
    await noteExpired(id)
    return 'expired'
  }
}

/** Notes that the server has deleted a batch, and deletes its thumbnails. */
async function noteExpired(id: string): Promise<void> {
  await updateBatch(id, { outcome: { state: 'expired', failed: 0, expires: null, seconds: null } })
  await deleteThumbnails(id)
}

function stateOf({ state, open, counts }: Job): SavedState {
  if (state === 'paused') return 'paused'
  return open && counts.done === counts.total ? 'unfinished' : 'running'
}

/** A batch in the list, and the original above it with the same photos. */
export interface ListedBatch {
  batch: SavedBatch
  samePhotosAs: SavedBatch | null
}

/** Puts batches with the same photos below their original, or below the oldest of them, in the place of the newest. */
export function arrange(newestFirst: readonly SavedBatch[]): ListedBatch[] {
  const groups = new Map<string, SavedBatch[]>()
  for (const batch of newestFirst) groups.set(groupOf(batch), [...(groups.get(groupOf(batch)) ?? []), batch])
  return [...groups.values()].flatMap((group) => {
    const original = group.find((batch) => batch.id === groupOf(batch)) ?? group.at(-1)
    if (!original) return []
    const others = group.filter((batch) => batch !== original)
    return [{ batch: original, samePhotosAs: null }, ...others.map((batch) => ({ batch, samePhotosAs: original }))]
  })
}
