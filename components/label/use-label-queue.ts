import { useEffect, useState, useSyncExternalStore } from 'react'
import { LabelQueue, type LabelQueueState } from '@/lib/client/labeling/label-queue'
import type { TrainingSession } from '@/lib/client/training/session'

/** The photos that wait for a label, for as long as the page shows them. */
export function useLabelQueue(session: TrainingSession): { queue: LabelQueue; state: LabelQueueState } {
  const [queue] = useState(() => new LabelQueue(session))
  useEffect(() => {
    queue.open()
    return () => queue.close()
  }, [queue])
  return { queue, state: useSyncExternalStore(queue.subscribe, queue.snapshot, queue.snapshot) }
}
