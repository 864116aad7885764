'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { type Failure, OFFLINE } from '@/lib/client/api/failure'
import { loadWhenReady } from '@/lib/client/api/load-when-ready'
import { serverWatch } from '@/lib/client/api/server-watch'
import type { Explanation } from '@/lib/shared/contract/explain'
import { type Area, formatCrop } from '@/lib/shared/crop/crop'
import type { WaitingCall } from './explain-when-ready'

/** The state of the selected explanation. */
export type ExplanationPhase =
  | { name: 'running'; done: number; total: number }
  | { name: 'explained'; explanation: Explanation }
  /** The server doesn't respond. The label is explained once it is back. */
  | { name: 'away' }
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
  /** Asks at once whether the server is back. */
  tryServerNow(): void
}

const INITIAL_OPACITY = 0.85

interface Target {
  file: Blob
  /** With labels in words, if there are any (`formatChoice`). */
  model: string
  /** As text; empty for the model's own crop. */
  crop: string
  label: number
}

/**
 * How long another photo, model or crop must stand still before it is explained, in milliseconds. An explanation runs
 * the model hundreds of times: it would be wasted on each photo that is only passed by.
 */
const SETTLE_MS = 1000

let code: typeof import('./explain-when-ready') | undefined

/** Loads the code that requests explanations, ahead of its use. */
export async function loadExplaining(): Promise<void> {
  code ??= await import('./explain-when-ready')
}

/** @throws Failure, or the signal's reason if the call was aborted */
async function explainOnDemand(file: Blob, call: WaitingCall): Promise<Explanation> {
  await loadWhenReady(loadExplaining, call.signal)
  call.signal.throwIfAborted()
  if (!code) throw OFFLINE
  return code.explainWhenReady(file, call)
}

/** What is explained: a photo, or the part of it that the visitor chose. */
interface Subject {
  /** Undefined while it is being loaded. */
  file: Blob | undefined
  model: string
  crop: Area | null
  /** Whether it is classified in this browser. */
  here: boolean
  /** Index of the top label; null while there is no result. */
  best: number | null
}

/**
 * The explanation of a label. It is requested when the panel is open and aborted when it is closed or another photo is
 * selected. Explanations are cached while the page is open.
 */
export function useExplanation({ file, model, crop: area, here, best }: Subject): ExplanationState {
  const crop = area ? formatCrop(area) : ''
  const [open, setOpen] = useState(false)
  const [opacity, setOpacity] = useState(INITIAL_OPACITY)
  const [selection, setSelection] = useState<Target | null>(null)
  const [state, setState] = useState<{ target: Target; phase: ExplanationPhase } | null>(null)
  const [cache] = useState(() => new WeakMap<Blob, Map<string, Explanation>>())
  const [attempt, setAttempt] = useState(0)
  const [cancelledTarget, setCancelledTarget] = useState<Target | null>(null)
  const explained = useRef<Omit<Target, 'label'> | null>(null)

  const isSubject = (target: Omit<Target, 'label'> | null) =>
    target !== null && target.file === file && target.model === model && target.crop === crop
  const selected = selection && isSubject(selection) ? selection.label : null
  const label = selected ?? best
  const active = open && file !== undefined && label !== null
  const isCurrent = (target: Target | undefined | null) =>
    target ? isSubject(target) && target.label === label : false
  const cancelled = isCurrent(cancelledTarget)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt repeats the same request
  useEffect(() => {
    if (!open) explained.current = null
    if (!active || cancelled) return
    const target = { file, model, crop, label }
    const key = `${here} ${model} ${crop} ${label}`
    const cached = cache.get(file)?.get(key)
    const setPhase = (phase: ExplanationPhase) => setState({ target, phase })
    // The visitor opened the panel for this subject; others have to stand still first.
    const wanted = explained.current === null || isSubject(explained.current)
    if (cached) {
      setPhase({ name: 'explained', explanation: cached })
      return
    }
    const controller = new AbortController()
    setPhase({ name: 'running', done: 0, total: 1 })
    const onProgress = (done: number, total: number) => setPhase({ name: 'running', done, total })
    const start = () => {
      explained.current = target
      const onAway = () => setPhase({ name: 'away' })
      explainOnDemand(file, { here, model, label, crop: area, signal: controller.signal, onProgress, onAway }).then(
        (explanation) => {
          cache.set(file, (cache.get(file) ?? new Map<string, Explanation>()).set(key, explanation))
          setPhase({ name: 'explained', explanation })
        },
        (failure: Failure) => {
          if (!controller.signal.aborted) setPhase({ name: 'failed', failure })
        },
      )
    }
    const timer = setTimeout(start, wanted ? 0 : SETTLE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [open, active, cancelled, file, model, crop, label, attempt, cache])

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
        if (file) setSelection({ file, model, crop, label: next })
      },
      [file, model, crop],
    ),
    cancel() {
      if (file && label !== null) setCancelledTarget({ file, model, crop, label })
    },
    retry() {
      setCancelledTarget(null)
      setAttempt((count) => count + 1)
    },
    tryServerNow: serverWatch.askNow,
  }
}
