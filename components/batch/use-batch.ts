import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { BatchOptions, BatchSession } from '@/lib/client/batch/session'
import { type BatchSnapshot, hasEnded } from '@/lib/client/batch/snapshot'
import { tabBatch } from '@/lib/client/batch/tab-batch'
import { reloadAfter } from '@/lib/client/offline/before-reload'
import { mayHoldLabels } from '@/lib/shared/labels-file/parse'

interface Batch {
  session: BatchSession | null
  snapshot: BatchSnapshot | null
  /** Adds to the current batch, or starts a new one, by default with the page's options, if that accepts no more photos. */
  add(files: readonly File[], newOptions?: BatchOptions): void
  /** Closes the current batch. It continues on the server. */
  close(): void
}

/** Shorter fragments are anchors on the page. What a link was surrounded by in a text, such as a full stop, is no part. */
const JOB_ID = /^#([\w-]{20,})\W*$/

const subscribeToNothing = () => () => {}
const noSnapshot = () => null

/** This tab's batch. The URL fragment is its job id. */
export function useBatch(options: BatchOptions): Batch {
  const session = useSyncExternalStore(tabBatch.subscribe, tabBatch.snapshot, tabBatch.serverSnapshot)
  const snapshot = useSyncExternalStore(
    session?.subscribe ?? subscribeToNothing,
    session?.snapshot ?? noSnapshot,
    noSnapshot,
  )
  const id = snapshot?.id ?? null
  useEffect(() => {
    const openFromUrl = () => {
      const jobId = JOB_ID.exec(location.hash)?.[1]
      if (jobId !== undefined) tabBatch.open(jobId, options)
    }
    openFromUrl()
    window.addEventListener('hashchange', openFromUrl)
    return () => window.removeEventListener('hashchange', openFromUrl)
  }, [options])
  useEffect(() => {
    if (id !== null && location.hash !== `#${id}`) history.replaceState(history.state, '', `#${id}`)
  }, [id])
  // A batch beside the current one may still be uploading.
  useUnloadWarning((snapshot?.counts.toUpload ?? 0) > 0 || tabBatch.sessions().length > 1)
  const add = useCallback(
    (files: readonly File[], newOptions = options) => {
      if (files.length === 0) return
      const current = tabBatch.snapshot()
      // Labels apply to the current batch, even after it has ended.
      const onlyLabels = files.every(({ name }) => mayHoldLabels(name))
      const fits = current && (current.acceptsPhotos || onlyLabels) && !isElsewhere(current, newOptions)
      const target = fits ? current : tabBatch.start(newOptions)
      if (current && !fits && current.snapshot().phase === 'empty') target.setLabels(current.snapshot().labels)
      reloadAfter(target.add(files))
    },
    [options],
  )
  const close = useCallback(() => {
    tabBatch.close()
    history.replaceState(history.state, '', location.pathname)
  }, [])
  return { session, snapshot, add, close }
}

/** Whether a batch that has only labels yet would run in another place than the visitor has chosen by now. */
function isElsewhere(session: BatchSession, { here = false }: BatchOptions): boolean {
  const { phase, device } = session.snapshot()
  return phase === 'empty' && here !== (device !== null)
}

const isUploading = () => tabBatch.sessions().some((session) => losesPhotos(session.snapshot()))

/** Whether photos would have to be chosen again: a batch of this device goes on by itself, with those that are kept. */
function losesPhotos({ counts, device, phase }: BatchSnapshot): boolean {
  return counts.toUpload > 0 && (device === null || (device.keeping !== 'kept' && !hasEnded(phase)))
}

/**
 * Warns before the page is closed while photos are still to be uploaded.
 *
 * @param active whether there may be any
 */
function useUnloadWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return
    const warn = (event: BeforeUnloadEvent) => {
      if (isUploading()) event.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [active])
}
