import { useState, useSyncExternalStore } from 'react'
import { browserSession } from '@/lib/client/training/browser-session'
import { emptySnapshot } from '@/lib/client/training/draft'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'

/** What this browser is training, and its state. */
export function useTraining(base: string, maxBytes: number): { session: TrainingSession; state: TrainingSnapshot } {
  const [session] = useState(() => browserSession(base, maxBytes))
  const [empty] = useState(() => emptySnapshot(base))
  const state = useSyncExternalStore(session.subscribe, session.snapshot, () => empty)
  return { session, state }
}
