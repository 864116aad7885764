import { useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { createJob } from '@/lib/client/batch/api'
import { type BatchOptions, BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { tabBatch } from '@/lib/client/batch/tab-batch'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { isMultiLabel } from '@/lib/shared/results/selected'
import { formatChoice } from '@/lib/shared/zero-shot/choice'
import type { Partner } from './use-partners'

/** Running a batch's photos on another model. */
export interface Rerun {
  /** Models that haven't classified the photos yet; empty until the batch is done. */
  models: readonly ModelInfo[]
  /** The chosen model, while it waits for files that this page no longer holds. */
  waiting: ModelInfo | null
  /** While a model waits: the number of photos with a file, and of those whose files this page no longer holds. */
  found: number
  lost: number
  /** Why the batch couldn't be started. */
  failure: Failure | null
  /** Whether none of the files that were chosen belongs to the batch. */
  noneFound: boolean
  run(model: ModelInfo): Promise<void>
  /** Continues with files that were chosen again, if those are all. */
  bringBack(files: readonly File[]): Promise<void>
  /** Continues with the photos whose files are there. */
  runWithoutLost(): void
  cancel(): void
}

export function useRerun(
  session: BatchSession,
  snapshot: BatchSnapshot,
  models: readonly ModelInfo[],
  partners: readonly Partner[],
  limits: BatchOptions['limits'],
): Rerun {
  const [waiting, setWaiting] = useState<ModelInfo | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [noneFound, setNoneFound] = useState(false)
  const { id, phase, job, title, group, labels } = snapshot
  const { words } = job ?? {}
  const copies = waiting && session.copies()
  const used = new Set([snapshot.model, ...partners.flatMap(({ cancelled, model }) => (cancelled ? [] : [model]))])
  const optionsFor = (model: ModelInfo): BatchOptions => ({
    settings: {
      model: formatChoice({ model: model.id, words: model.text === null ? null : (words ?? null) }),
      topK: isMultiLabel({ model }) ? null : (job?.top_k ?? 5),
      threshold: job?.threshold ?? 0,
      check: job?.check === true && model.embedding !== null,
    },
    model: { id: model.id, revision: model.revision },
    limits,
    here: snapshot.device !== null,
    ...(title !== null && { title }),
    ...(group !== null && { group }),
    ...(id !== null && { from: id }),
  })
  /** A text-image model needs labels in words, which this batch may have. */
  const canRun = ({ id, status, text }: ModelInfo) =>
    status !== 'failed' && !used.has(id) && (text === null || words !== undefined)
  function show(next: BatchSession): void {
    setWaiting(null)
    void session.keep()
    // The back button leads to the first batch.
    history.pushState(history.state, '', location.pathname)
    tabBatch.showBeside(next)
  }
  function start(model: ModelInfo): void {
    const next = new BatchSession(optionsFor(model))
    next.start(session.copies().sources, labels)
    show(next)
  }
  async function startFromSource(model: ModelInfo, source: string): Promise<void> {
    const options = optionsFor(model)
    try {
      const { id } = await createJob(options.settings, source)
      const next = new BatchSession(options)
      void next.open(id)
      show(next)
    } catch (error) {
      setFailure(error as Failure)
    }
  }
  return {
    models: phase === 'done' ? models.filter(canRun) : [],
    waiting,
    found: copies?.sources.length ?? 0,
    lost: copies?.lost ?? 0,
    failure,
    noneFound,
    async run(model) {
      setFailure(null)
      setNoneFound(false)
      if (job?.source) return startFromSource(model, job.source)
      if (session.copies().lost > 0) setWaiting(model)
      else start(model)
    },
    async bringBack(files) {
      await session.bringBack(files)
      const { sources, lost } = session.copies()
      setNoneFound(sources.length === 0)
      if (waiting && lost === 0) start(waiting)
    },
    runWithoutLost: () => waiting && start(waiting),
    cancel: () => setWaiting(null),
  }
}
