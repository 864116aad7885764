import { useEffect, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { isOwnModel } from '@/lib/client/device/own-model-id'
import type { TrainingSession } from '@/lib/client/training/session'
import type { SavedReference } from '@/lib/client/training/types'
import { asFailure } from './as-failure'
import { toContinue } from './to-continue'

export interface OpenModel {
  state: 'idle' | 'opening' | Failure
  /** The model that waits for the visitor's word, because opening it loses what isn't saved. */
  asking: string | null
  request(id: string): void
  confirm(): void
  cancel(): void
}

/** Whether the page shows this revision already: loading it again would only move the page under the visitor's finger. */
function isOpen(session: TrainingSession, model: Pick<SavedReference, 'id' | 'revision'>): boolean {
  const { saved, changed, photos } = session.snapshot()
  return saved?.id === model.id && saved.revision === model.revision && !changed && photos.length > 0
}

/** @throws Failure */
async function openSaved(session: TrainingSession, id: string): Promise<void> {
  const { fetchExamples, fetchModel } = await import('@/lib/client/training/saved-models')
  const { model } = await fetchModel(id)
  if (isOpen(session, model)) return session.markSaved(model)
  session.load(model, toContinue(model, session.snapshot().base), await fetchExamples(model))
}

/** @throws Failure */
async function openOwn(session: TrainingSession, id: string): Promise<void> {
  const { openExamples } = await import('@/lib/client/device-models/open')
  const { model, examples } = await openExamples(id)
  const { title, revision, base, multiLabel } = model
  if (isOpen(session, { id, revision })) return session.markSaved({ id, title, revision })
  session.load({ id, title, revision }, { base: base.id, multiLabel }, examples)
}

/**
 * Continues with a model of this browser, or with one that the server has: one from the list, or the one that the URL names once the page has
 * restored what it had (`?model=my-parts`).
 */
export function useOpenModel(session: TrainingSession, restoring: boolean): OpenModel {
  const [state, setState] = useState<OpenModel['state']>('idle')
  const [asking, setAsking] = useState<string | null>(null)
  async function open(id: string): Promise<void> {
    setAsking(null)
    setState('opening')
    try {
      await (isOwnModel(id) ? openOwn(session, id) : openSaved(session, id))
      setState('idle')
    } catch (error) {
      setState(asFailure(error))
    }
  }
  function request(id: string): void {
    const { changed, photos } = session.snapshot()
    if (changed && photos.length > 0) setAsking(id)
    else void open(id)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the URL is read once
  useEffect(() => {
    const id = restoring ? null : new URLSearchParams(location.search).get('model')
    if (id === null) return
    // A reload continues with what the visitor has changed since.
    history.replaceState(history.state, '', location.pathname)
    request(id)
  }, [restoring])
  return {
    state,
    asking,
    request,
    confirm: () => void (asking !== null && open(asking)),
    cancel: () => setAsking(null),
  }
}
