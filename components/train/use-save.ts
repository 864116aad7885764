import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { TrainingSession } from '@/lib/client/training/session'
import type { SavedReference } from '@/lib/client/training/types'
import type { CustomDescription } from '@/lib/shared/contract/custom-models'
import { useProblem } from '../ui/use-problem'
import { asFailure } from './as-failure'
import { examplesOfSession } from './examples-of-session'
import { isGone } from './is-gone'

export interface Saving {
  state: 'idle' | 'saving'
  /** Share of the training on the server. */
  progress: number
  /** Why the last attempt failed, in the visitor's language. */
  error: string | null
  /**
   * @param saved the model to save a revision of; null for a new one
   * @returns whether it was saved
   */
  save(saved: SavedReference | null, description: CustomDescription): Promise<boolean>
}

/** Somebody else saved the model since it was opened here. */
const OVERTAKEN: Failure = { code: 'overtaken', retryable: false, retryAfterMs: null }
/** The base model is another one than the one that read the photos. */
const BASE_CHANGED: Failure = { code: 'base_changed', retryable: false, retryAfterMs: null }
const OWN_TEXTS = {
  forbidden: 'notAllowed',
  unauthorized: 'notAllowed',
  base_changed: 'baseChanged',
} as const

/**
 * Saves what is trained here on the server.
 *
 * @param onGone called if the server no longer has the model that a revision was to be saved of
 */
export function useSave(session: TrainingSession, token: string | null, onGone: () => void): Saving {
  const t = useTranslations('train')
  const problem = useProblem()
  const [state, setState] = useState<'idle' | 'saving'>('idle')
  const [progress, setProgress] = useState(0)
  const [error, setError] = useState<string | null>(null)
  const controller = useRef<AbortController | null>(null)
  useEffect(() => () => controller.current?.abort(), [])
  function textOf(failure: Failure, isNew: boolean): string {
    const own = OWN_TEXTS[failure.code as keyof typeof OWN_TEXTS]
    if (own) return t(own)
    if (failure.code === 'conflict' || failure.code === 'overtaken') return t(isNew ? 'nameInUse' : 'conflict')
    const { title, detail } = problem(failure)
    return [title, failure.code === 'invalid_parameter' ? (failure.detail ?? detail) : detail].join('. ')
  }
  function handleFailure(failure: Failure, isNew: boolean): void {
    if (!isNew && isGone(failure)) {
      onGone()
      return
    }
    if (failure.code === 'base_changed') session.setBase(session.snapshot().base)
    setError(textOf(failure, isNew))
  }
  async function save(saved: SavedReference | null, description: CustomDescription): Promise<boolean> {
    controller.current = new AbortController()
    setState('saving')
    setProgress(0)
    setError(null)
    try {
      const { edits } = session
      const model = await saveSession(session, saved, description, token, controller.current.signal, setProgress)
      session.markSaved(model, edits)
      return true
    } catch (failure) {
      if (controller.current.signal.aborted) return false
      handleFailure(asFailure(failure), saved === null)
      return false
    } finally {
      setState('idle')
    }
  }
  return { state, progress, error, save }
}

/** @throws Failure */
async function saveSession(
  session: TrainingSession,
  saved: SavedReference | null,
  description: CustomDescription,
  token: string | null,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<SavedReference> {
  const { fetchModel, saveModel } = await import('@/lib/client/training/saved-models')
  const { base, multiLabel } = session.snapshot()
  const examples = examplesOfSession(session)
  const { model: current } = await fetchModel(base)
  if (examples.some(({ embedded }) => embedded.revision !== current.revision)) throw BASE_CHANGED
  if (saved !== null && (await fetchModel(saved.id)).model.revision !== saved.revision) throw OVERTAKEN
  const id = saved?.id ?? null
  const {
    id: savedId,
    title,
    revision,
  } = await saveModel({ id, base, description, multiLabel, examples, token, signal, onProgress })
  return { id: savedId, title, revision }
}
