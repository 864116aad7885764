import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { arrange } from '@/lib/client/batch/saved-state'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { SavedBatchRow } from './saved-batch-row'
import { useModelNames } from './use-model-names'
import { useSavedBatches } from './use-saved-batches'

/** Batches created in this browser, to open again, to rename, or to delete with their results. */
export function SavedBatchList({ models }: { models: readonly ModelInfo[] }) {
  const t = useTranslations('batch')
  const { batches, states, rename, remove } = useSavedBatches()
  const modelName = useModelNames(models)
  const [failed, setFailed] = useState(false)
  if (batches.length === 0) return null
  return (
    <section aria-labelledby="saved-batches" className="mt-12">
      <h2 id="saved-batches" className="font-semibold text-lg tracking-tight">
        {t('known')}
      </h2>
      {failed && <p className="mt-2 text-bad text-sm">{t('deleteFailed')}</p>}
      <ul className="mt-3">
        {arrange(batches).map(({ batch, samePhotosAs }) => (
          <SavedBatchRow
            key={batch.id}
            batch={batch}
            samePhotosAs={samePhotosAs}
            state={states.get(batch.id) ?? null}
            model={batch.model === undefined ? null : modelName(batch.model)}
            onRename={(title) => void rename(batch.id, title)}
            onDelete={() =>
              remove(batch.id).then(
                () => setFailed(false),
                () => setFailed(true),
              )
            }
          />
        ))}
      </ul>
    </section>
  )
}
