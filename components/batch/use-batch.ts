import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { BatchOptions, BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { tabBatch } from '@/lib/client/batch/tab-batch'
import { mayHoldLabels } from '@/lib/shared/labels-file/parse'

interface Batch {
  session: BatchSession | null
  snapshot: BatchSnapshot | null
  /** Adds to the batch that is shown, or begins one where that takes no more. */
  add(files: readonly File[]): void
  /** Leaves the one that is shown; it goes on at the server. */
  leave(): void
}

/** Other fragments are places on the page. */
const JOB_ID = /^#([\w-]{20,})$/

const nothing = () => () => {}
const none = () => null

/** The batch of this tab, by the address: `#` and the id of its job. */
export function useBatch(options: BatchOptions): Batch {
  const session = useSyncExternalStore(tabBatch.subscribe, tabBatch.snapshot, tabBatch.serverSnapshot)
  const snapshot = useSyncExternalStore(session?.subscribe ?? nothing, session?.snapshot ?? none, none)
  const id = snapshot?.id ?? null
  useEffect(() => {
    const read = () => {
      const asked = JOB_ID.exec(location.hash)?.[1]
      if (asked !== undefined) tabBatch.open(asked, options)
    }
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [options])
  useEffect(() => {
    if (id !== null && location.hash !== `#${id}`) history.replaceState(history.state, '', `#${id}`)
  }, [id])
  useUnloadWarning((snapshot?.counts.toUpload ?? 0) > 0)
  const add = useCallback(
    (files: readonly File[]) => {
      if (files.length === 0) return
      const current = tabBatch.snapshot()
      // Labels belong to what is shown, also when that is over.
      const onlyLabels = files.every(({ name }) => mayHoldLabels(name))
      const target = current && (current.takesMore || onlyLabels) ? current : tabBatch.begin(options)
      void target.add(files)
    },
    [options],
  )
  const leave = useCallback(() => {
    tabBatch.leave()
    history.replaceState(history.state, '', location.pathname)
  }, [])
  return { session, snapshot, add, leave }
}

/** Asks before the page is closed that still has something to send. */
function useUnloadWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [active])
}
