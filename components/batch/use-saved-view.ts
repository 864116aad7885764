import { useCallback, useEffect, useState } from 'react'
import { type BatchViewState, readView, saveView } from '@/lib/client/batch/saved-view'

/**
 * The filters, the sort order, and the open photo of a batch, as this tab last showed them.
 *
 * @param id of the batch; null until the server knows it
 */
export function useSavedView(id: string | null): [BatchViewState, (part: Partial<BatchViewState>) => void] {
  const [state, setState] = useState(() => readView(id))
  useEffect(() => {
    if (id !== null) saveView(id, state)
  }, [id, state])
  const change = useCallback((part: Partial<BatchViewState>) => setState((before) => ({ ...before, ...part })), [])
  return [state, change]
}
