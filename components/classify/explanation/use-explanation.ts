'use client'

import { useCallback, useEffect, useState } from 'react'
import { explain } from '@/lib/client/api/explain'
import type { Failure } from '@/lib/client/api/failure'
import type { Explanation } from '@/lib/shared/contract/explain'

/** The state of the selected explanation. */
export type ExplanationPhase =
  | { name: 'running'; done: number; total: number }
  | { name: 'explained'; explanation: Explanation }
  | { name: 'failed'; failure: Failure }
  | { name: 'cancelled' }

export interface ExplanationState {
  open: boolean
  /** Index of the label to explain; null while there is no result. */
  label: number | null
  phase: ExplanationPhase | null
  /** Opacity of the heatmap, 0 to 1. */
  opacity: number
  setOpen(open: boolean): void
  setLabel(label: number): void
  setOpacity(opacity: number): void
  cancel(): void
  /** Retries after a failure or cancellation. */
  retry(): void
}

const INITIAL_OPACITY = 0.85

interface Target {
  file: Blob
  model: string
  label: number
}

/**
 * The explanation of a label. It is requested when the panel is open and aborted when it is closed or another photo is
 * selected. Explanations are cached while the page is open.
 *
 * @param best index of the top label; null while there is no result
 */
export function useExplanation(file: Blob | undefined, model: string, best: number | null): ExplanationState {
  const [open, setOpen] = useState(false)
  const [opacity, setOpacity] = useState(INITIAL_OPACITY)
  const [selection, setSelection] = useState<Target | null>(null)
  const [state, setState] = useState<{ target: Target; phase: ExplanationPhase } | null>(null)
  const [cache] = useState(() => new WeakMap<Blob, Map<string, Explanation>>())
  const [attempt, setAttempt] = useState(0)
  const [cancelledTarget, setCancelledTarget] = useState<Target | null>(null)

  const selected = selection && selection.file === file && selection.model === model ? selection.label : null
  const label = selected ?? best
  const active = open && file !== undefined && label !== null
  const isCurrent = (target: Target | undefined | null) =>
    target?.file === file && target?.model === model && target?.label === label
  const cancelled = isCurrent(cancelledTarget)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt repeats the same request
  useEffect(() => {
    if (!active || cancelled) return
    const target = { file, model, label }
    const cached = cache.get(file)?.get(`${model} ${label}`)
    const setPhase = (phase: ExplanationPhase) => setState({ target, phase })
    if (cached) {
      setPhase({ name: 'explained', explanation: cached })
      return
    }
    const controller = new AbortController()
    setPhase({ name: 'running', done: 0, total: 1 })
    const onProgress = (done: number, total: number) => setPhase({ name: 'running', done, total })
    explain(file, { model, label, signal: controller.signal, onProgress }).then(
      (explanation) => {
        cache.set(file, (cache.get(file) ?? new Map<string, Explanation>()).set(`${model} ${label}`, explanation))
        setPhase({ name: 'explained', explanation })
      },
      (failure: Failure) => {
        if (!controller.signal.aborted) setPhase({ name: 'failed', failure })
      },
    )
    return () => controller.abort()
  }, [active, cancelled, file, model, label, attempt, cache])

  const phase = state && isCurrent(state.target) ? state.phase : null
  return {
    open,
    label,
    phase: active ? (cancelled ? { name: 'cancelled' } : phase) : null,
    opacity,
    setOpen,
    setOpacity,
    setLabel: useCallback(
      (next: number) => {
        if (file) setSelection({ file, model, label: next })
      },
      [file, model],
    ),
    cancel() {
      if (file && label !== null) setCancelledTarget({ file, model, label })
    },
    retry() {
      setCancelledTarget(null)
      setAttempt((count) => count + 1)
    },
  }
}
