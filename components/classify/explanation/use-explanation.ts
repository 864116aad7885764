'use client'

import { useCallback, useEffect, useState } from 'react'
import { explain } from '@/lib/client/api/explain'
import type { Failure } from '@/lib/client/api/failure'
import type { Explanation } from '@/lib/shared/contract/explain'

/** Where the explanation stands that is looked at. */
export type ExplanationPhase =
  | { name: 'running'; done: number; of: number }
  | { name: 'explained'; explanation: Explanation }
  | { name: 'failed'; failure: Failure }
  | { name: 'cancelled' }

export interface ExplanationState {
  open: boolean
  /** Index of the label that is explained; null for the best one. */
  label: number | null
  phase: ExplanationPhase | null
  /** Of the map over the photo, 0 to 1. */
  opacity: number
  setOpen(open: boolean): void
  setLabel(label: number): void
  setOpacity(opacity: number): void
  cancel(): void
  /** Asks again after a failure or a cancel. */
  again(): void
}

const FIRST_OPACITY = 0.85

interface Asked {
  file: Blob
  model: string
  label: number
}

/**
 * What the label of a photo rests on, as long as somebody looks: asked for when it is opened, given up when it is closed or
 * another photo is shown. What was found stays found while the page is open.
 *
 * @param best index of the best label; null while there is no answer
 */
export function useExplanation(file: Blob | undefined, model: string, best: number | null): ExplanationState {
  const [open, setOpen] = useState(false)
  const [opacity, setOpacity] = useState(FIRST_OPACITY)
  const [choice, setChoice] = useState<Asked | null>(null)
  const [state, setState] = useState<{ asked: Asked; phase: ExplanationPhase } | null>(null)
  const [found] = useState(() => new WeakMap<Blob, Map<string, Explanation>>())
  const [attempt, setAttempt] = useState(0)
  const [stopped, setStopped] = useState<Asked | null>(null)

  const chosen = choice && choice.file === file && choice.model === model ? choice.label : null
  const label = chosen ?? best
  const asks = open && file !== undefined && label !== null
  const isCurrent = (asked: Asked | undefined | null) =>
    asked?.file === file && asked?.model === model && asked?.label === label
  const cancelled = isCurrent(stopped)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks the same once more
  useEffect(() => {
    if (!asks || cancelled) return
    const asked = { file, model, label }
    const known = found.get(file)?.get(`${model} ${label}`)
    const put = (phase: ExplanationPhase) => setState({ asked, phase })
    if (known) {
      put({ name: 'explained', explanation: known })
      return
    }
    const controller = new AbortController()
    put({ name: 'running', done: 0, of: 1 })
    const onProgress = (done: number, of: number) => put({ name: 'running', done, of })
    explain(file, { model, label, signal: controller.signal, onProgress }).then(
      (explanation) => {
        found.set(file, (found.get(file) ?? new Map<string, Explanation>()).set(`${model} ${label}`, explanation))
        put({ name: 'explained', explanation })
      },
      (failure: Failure) => {
        if (!controller.signal.aborted) put({ name: 'failed', failure })
      },
    )
    return () => controller.abort()
  }, [asks, cancelled, file, model, label, attempt, found])

  const phase = state && isCurrent(state.asked) ? state.phase : null
  return {
    open,
    label,
    phase: asks ? (cancelled ? { name: 'cancelled' } : phase) : null,
    opacity,
    setOpen,
    setOpacity,
    setLabel: useCallback(
      (next: number) => {
        if (file) setChoice({ file, model, label: next })
      },
      [file, model],
    ),
    cancel() {
      if (file && label !== null) setStopped({ file, model, label })
    },
    again() {
      setStopped(null)
      setAttempt((count) => count + 1)
    },
  }
}
