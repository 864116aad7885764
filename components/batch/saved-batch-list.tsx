import clsx from 'clsx'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { arrange } from '@/lib/client/batch/saved-state'
import type { SavedBatch } from '@/lib/client/batch/store'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { deleteButtonId, SavedBatchRow } from './saved-batch-row'
import { useBatchTitle } from './use-batch-title'
import { useModelNames } from './use-model-names'
import { useSavedBatches } from './use-saved-batches'

/** Batches created in this browser, to open again, to rename, or to delete with their results. */
export function SavedBatchList({ models }: { models: readonly ModelInfo[] }) {
  const t = useTranslations('batch')
  const { batches, states, rename, remove } = useSavedBatches()
  const modelName = useModelNames(models)
  const titleOf = useBatchTitle()
  const [message, setMessage] = useState<{ text: string; failed: boolean } | null>(null)
  const listed = arrange(batches)
  async function removeRow(batch: SavedBatch): Promise<void> {
    const at = listed.findIndex((each) => each.batch === batch)
    const neighbor = listed[at + 1] ?? listed[at - 1]
    try {
      await remove(batch.id)
    } catch {
      return setMessage({ text: t('deleteFailed'), failed: true })
    }
    setMessage({ text: t('deleted', { name: titleOf(batch) }), failed: false })
    const next = neighbor && document.getElementById(deleteButtonId(neighbor.batch.id))
    ;(next ?? document.getElementById('content'))?.focus()
  }
  return (
    <>
      <p role="status" className={clsx('text-sm', message && 'mt-8', message?.failed ? 'text-bad' : 'text-ink-2')}>
        {message?.text}
      </p>
      {batches.length > 0 && (
        <section aria-labelledby="saved-batches" className={message ? 'mt-6' : 'mt-12'}>
          <h2 id="saved-batches" className="font-semibold text-lg tracking-tight">
            {t('known')}
          </h2>
          <ul className="mt-3">
            {listed.map(({ batch, samePhotosAs }) => (
              <SavedBatchRow
                key={batch.id}
                batch={batch}
                samePhotosAs={samePhotosAs}
                state={states.get(batch.id) ?? null}
                model={batch.model === undefined ? null : modelName(batch.model)}
                onRename={(title) => void rename(batch.id, title)}
                onDelete={() => void removeRow(batch)}
              />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
