import { useRouter } from 'next/navigation'
import type { BatchItem } from '@/lib/client/batch/items'
import type { BatchSession } from '@/lib/client/batch/session'
import { handOverToLabel, MAX_PHOTOS } from '@/lib/client/training/handover'
import { LABEL_HASH } from '../label/use-label-view'

/**
 * Hands the photos of a batch over to the page for labeling: those that this page still has.
 *
 * @param canLabel whether the server has that page
 * @returns null if no photo is here, as after a reload
 */
export function useLabelPhotos(
  session: BatchSession,
  items: readonly BatchItem[],
  canLabel: boolean,
): (() => void) | null {
  const router = useRouter()
  if (!canLabel || !items.some(({ index }) => session.source(index))) return null
  async function label(): Promise<void> {
    const sources = items.flatMap(({ index, path }) => {
      const source = session.source(index)
      return source ? [{ path, source }] : []
    })
    // Photos of an archive are unpacked here.
    const opened = await Promise.all(sources.slice(0, MAX_PHOTOS).map(({ path, source }) => fileOf(path, source)))
    handOverToLabel({ files: opened.flat(), leftOut: Math.max(0, sources.length - MAX_PHOTOS) })
    router.push(`/train${LABEL_HASH}`)
  }
  return () => void label()
}

/** A file that knows its path in the batch; none if it was deleted since. */
async function fileOf(path: string, source: { open(): Promise<Blob> }): Promise<File[]> {
  try {
    const blob = await source.open()
    const name = path.slice(path.lastIndexOf('/') + 1)
    return [Object.assign(new File([blob], name, { type: blob.type }), { relativePath: path })]
  } catch {
    return []
  }
}
