import { VISITOR_ID } from '@/lib/shared/contract/custom-models'
import { Problem } from '@/lib/shared/problems/problem'
import type { EngineLog } from '../engine/engine-options'
import type { CustomModels } from './registry'
import type { CustomModelStore } from './store'

const EVERY_MS = 3_600_000

/** Another instance may be removing it as well. */
async function removeOld(store: CustomModelStore, id: string): Promise<void> {
  await store.remove(id).catch((error) => {
    if (!(error instanceof Problem) || error.code !== 'conflict') throw error
  })
}

/**
 * Removes what failed saves have left, and models of visitors that are older than they may get: now, and every hour.
 * Returns a function that stops it.
 *
 * @param visitorsMs how long models of visitors are kept
 */
export function keepTidy(
  store: CustomModelStore,
  models: CustomModels,
  visitorsMs: number,
  log: EngineLog,
): () => void {
  const isOld = (time: string) => Date.now() - Date.parse(time) > visitorsMs
  async function tidy(): Promise<void> {
    try {
      const list = models.list()
      for (const { id, head } of list) if (head?.unlisted && isOld(head.created)) await removeOld(store, id)
      // Of one that can't be read, only the ID tells that it is a visitor's.
      const known = new Set(list.map(({ id }) => id))
      for (const [id, { time }] of await store.current())
        if (VISITOR_ID.test(id) && !known.has(id) && isOld(time)) await removeOld(store, id)
      await store.removeLeftovers()
      await models.reload()
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'could not remove old custom models; trying again in an hour')
    }
  }
  void tidy()
  const timer = setInterval(() => void tidy(), EVERY_MS).unref()
  return () => clearInterval(timer)
}
