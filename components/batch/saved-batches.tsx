import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { deleteJob } from '@/lib/client/batch/api'
import { deleteSavedBatch, listBatches, type SavedBatch } from '@/lib/client/batch/store'
import { useFormat } from '../ui/use-format'

/** Batches created in this browser, to open again or to delete with their results. */
export function SavedBatches() {
  const t = useTranslations('batch')
  const format = useFormat()
  const [batches, setBatches] = useState<readonly SavedBatch[]>([])
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    void listBatches().then(setBatches)
  }, [])
  async function remove(id: string): Promise<void> {
    try {
      await deleteJob(id)
      await deleteSavedBatch(id)
      setBatches(await listBatches())
    } catch {
      setFailed(true)
    }
  }
  if (batches.length === 0) return null
  return (
    <section aria-labelledby="saved-batches" className="mt-12">
      <h2 id="saved-batches" className="font-semibold text-lg tracking-tight">
        {t('known')}
      </h2>
      {failed && <p className="mt-2 text-bad text-sm">{t('deleteFailed')}</p>}
      <ul className="mt-3">
        {batches.map(({ id, name, photos, created }) => (
          <li key={id} className="flex items-center gap-3 border-line border-t py-1">
            <a
              href={`#${id}`}
              className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3 rounded-card py-2 hover:underline"
            >
              <span translate="no" className="truncate font-medium">
                {name}
              </span>
              <span className="text-ink-2 text-sm">
                {t('photos', { count: photos })} · {format.dateTime(created)}
              </span>
            </a>
            <button
              type="button"
              onClick={() => void remove(id)}
              aria-label={t('delete', { name })}
              className="grid size-10 shrink-0 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink"
            >
              <X aria-hidden className="size-4" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
