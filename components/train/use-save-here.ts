import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { CustomDescription } from '@/lib/shared/contract/custom-models'
import { useProblem } from '../ui/use-problem'
import { asFailure } from './as-failure'
import { examplesOfSession } from './examples-of-session'

interface SavingHere {
  /** Share of the training; null while nothing is saved. */
  progress: number | null
  /** Why the last attempt failed, in the visitor's language. */
  error: string | null
  /**
   * @param id of the model to replace; null for a new one
   * @returns whether it was saved
   */
  save(id: string | null, description: CustomDescription): Promise<boolean>
}

/** Saves what is trained here in this browser. */
export function useSaveHere(session: TrainingSession): SavingHere {
  const t = useTranslations('train')
  const problem = useProblem()
  const [progress, setProgress] = useState<number | null>(null)
  const [error, setError] = useState<string | null>(null)
  const controller = useRef<AbortController | null>(null)
  useEffect(() => () => controller.current?.abort(), [])
  async function save(id: string | null, description: CustomDescription): Promise<boolean> {
    controller.current = new AbortController()
    const { signal } = controller.current
    setProgress(0)
    setError(null)
    try {
      const { saveOnDevice } = await import('@/lib/client/device-models/save')
      const { base, multiLabel } = session.snapshot()
      const { edits } = session
      const examples = examplesOfSession(session)
      const model = await saveOnDevice({
        id,
        base,
        description,
        multiLabel,
        examples,
        signal,
        onProgress: setProgress,
      })
      session.markSaved({ id: model.id, title: model.title, revision: model.revision }, edits)
      return true
    } catch (thrown) {
      if (signal.aborted) return false
      const failure = asFailure(thrown)
      if (failure.code === 'base_changed') session.setBase(session.snapshot().base)
      setError(failure.code === 'base_changed' ? t('baseChanged') : Object.values(problem(failure)).join('. '))
      return false
    } finally {
      setProgress(null)
    }
  }
  return { progress, error, save }
}
