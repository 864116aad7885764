import { useTranslations } from 'use-intl'
import type { SavedBatch } from '@/lib/client/batch/store'
import { isPhotoName } from '@/lib/shared/files/photo-name'

/** Names batches: as the visitor did, else by their folder, else by their first file. */
export function useBatchTitle(): (batch: Pick<SavedBatch, 'title' | 'name' | 'photos'>) => string {
  const t = useTranslations('batch')
  return ({ title, name, photos }) => {
    if (title) return title
    if (name === '') return t('results')
    return photos > 1 && isPhotoName(name) ? t('fileAndMore', { name, count: photos - 1 }) : name
  }
}
