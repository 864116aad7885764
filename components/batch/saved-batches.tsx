import { useEffect, useState } from 'react'
import { listBatches } from '@/lib/client/batch/store'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { lazy } from '../ui/lazy'

const SavedBatchList = lazy(() => import('./saved-batch-list').then((module) => module.SavedBatchList))

/** The list of the batches saved in this browser. Its code is loaded if there are any. */
export function SavedBatches({ models }: { models: readonly ModelInfo[] }) {
  const [any, setAny] = useState(false)
  useEffect(() => {
    void listBatches().then((batches) => setAny(batches.length > 0))
  }, [])
  return any ? <SavedBatchList models={models} /> : null
}
