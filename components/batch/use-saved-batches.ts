import { useEffect, useState } from 'react'
import { deleteBatch } from '@/lib/client/batch/delete-batch'
import { onDeletion } from '@/lib/client/batch/deletions'
import { findState, type SavedState } from '@/lib/client/batch/saved-state'
import { listBatches, type SavedBatch, updateBatch } from '@/lib/client/batch/store'

interface SavedBatches {
  /** Newest first. */
  batches: readonly SavedBatch[]
  /** By ID; missing until they are known. */
  states: ReadonlyMap<string, SavedState>
  rename(id: string, title: string): Promise<void>
  /** Deletes a batch with its results. Rejects if the server is unreachable. */
  remove(id: string): Promise<void>
}

/** The batches saved in this browser. The server is asked, one by one, for the states of those that may still run. */
export function useSavedBatches(): SavedBatches {
  const [batches, setBatches] = useState<readonly SavedBatch[]>([])
  const [states, setStates] = useState<ReadonlyMap<string, SavedState>>(new Map())
  useEffect(() => {
    let mounted = true
    async function load(): Promise<void> {
      const saved = await listBatches()
      setBatches(saved)
      for (const batch of saved) {
        if (!mounted) return
        const state = await findState(batch)
        if (state) setStates((before) => new Map(before).set(batch.id, state))
      }
    }
    void load()
    const stopListening = onDeletion(() => void listBatches().then(setBatches))
    return () => {
      mounted = false
      stopListening()
    }
  }, [])
  const reload = async () => setBatches(await listBatches())
  return {
    batches,
    states,
    async rename(id, title) {
      await updateBatch(id, { title: title.trim() || null })
      await reload()
    },
    async remove(id) {
      await deleteBatch(id)
      await reload()
    },
  }
}
