import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { originFirst } from '@/lib/client/batch/comparison'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { groupOf, listBatches, type SavedBatch } from '@/lib/client/batch/store'
import { tabBatch } from '@/lib/client/batch/tab-batch'

/** Another batch with the same photos. */
export interface Partner {
  id: string
  /** ID of its model. */
  model: string
  cancelled: boolean
}

const NONE: readonly BatchSession[] = []
const noSessions = () => NONE

/**
 * The other batches with the same photos that this tab has open or this browser has saved: first the one that this was
 * started from, then the newest.
 */
export function usePartners({ id, group, from }: BatchSnapshot): readonly Partner[] {
  const sessions = useSyncExternalStore(tabBatch.subscribe, tabBatch.sessions, noSessions)
  const [saved, setSaved] = useState<readonly SavedBatch[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a batch that was started in this tab is saved, too
  useEffect(() => {
    let mounted = true
    void listBatches().then((all) => mounted && setSaved(all.filter((batch) => groupOf(batch) === group)))
    return () => {
      mounted = false
    }
  }, [group, id, sessions])
  return useMemo(() => {
    const found = new Map<string, Partner>()
    for (const { id, model, outcome } of saved) {
      if (model !== undefined && outcome?.state !== 'expired')
        found.set(id, { id, model, cancelled: outcome?.state === 'cancelled' })
    }
    for (const { id, model, phase } of sessions.map((session) => session.snapshot())) {
      if (id !== null && model !== null) found.set(id, { id, model, cancelled: phase === 'cancelled' })
    }
    return originFirst(
      [...found.values()].filter((partner) => partner.id !== id),
      from,
    )
  }, [saved, sessions, id, from])
}
