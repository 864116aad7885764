import { useDeferredValue, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { type Comparison, compareResults } from '@/lib/client/batch/comparison'
import type { BatchItem } from '@/lib/client/batch/items'
import type { BatchOptions, BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { tabBatch } from '@/lib/client/batch/tab-batch'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type Judged, useJudgedPhotos } from './use-judged'
import type { Partner } from './use-partners'

/** A batch next to another one with the same photos. */
export interface ComparedBatch {
  partner: Partner
  snapshot: BatchSnapshot
  comparison: Comparison
}

const subscribeToNothing = () => () => {}
const noSnapshot = () => null
const NOTHING = { items: [], labels: null, job: null, phase: 'empty', collecting: false, device: null } as const

/**
 * Compares the results with those of a partner, which is opened beside the current batch. Null without a partner, or
 * until it has results.
 */
export function useComparison(
  { labels }: BatchSnapshot,
  judged: Judged,
  partner: Partner | null,
  options: BatchOptions,
): ComparedBatch | null {
  const snapshot = useBeside(partner, options)
  const other = useJudgedPhotos(snapshot ? { ...snapshot, labels } : NOTHING)
  // Results arrive several times a second.
  const [here, there] = [useDeferredValue(judged.items), useDeferredValue(other.items)]
  const known = snapshot !== null
  const comparison = useMemo(() => (known ? compareResults(here, rowsOf(there)) : null), [known, here, there])
  if (!partner || !snapshot || !comparison || comparison.differences.size === 0) return null
  return { partner, snapshot, comparison }
}

/** The state of a batch that is opened beside the current one. */
function useBeside(partner: Partner | null, options: BatchOptions): BatchSnapshot | null {
  const [session, setSession] = useState<BatchSession | null>(null)
  const id = partner?.id ?? null
  // biome-ignore lint/correctness/useExhaustiveDependencies: options only matter for photos that are added
  useEffect(() => {
    setSession(id === null ? null : tabBatch.openBeside(id, options))
  }, [id])
  return useSyncExternalStore(session?.subscribe ?? subscribeToNothing, session?.snapshot ?? noSnapshot, noSnapshot)
}

function rowsOf(items: readonly BatchItem[]): ReadonlyMap<string, ResultRow> {
  return new Map(items.flatMap(({ path, row }) => (row ? [[path, row]] : [])))
}
