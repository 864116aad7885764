import { type LabeledFile, labelsCsv, metadataJsonl } from '@/lib/shared/labels-file/write-labels'
import type { TrainingSession } from '../training/session'
import { isLabeled } from '../training/types'

export type LabelsFormat = 'csv' | 'jsonl'

/** The labels so far as a file, in the order in which the photos were added. */
export function exportLabels(session: TrainingSession, format: LabelsFormat): Blob {
  const { labels, photos } = session.snapshot()
  const names = new Map(labels.map(({ id, name }) => [id, name]))
  const files = photos.filter(isLabeled).flatMap(({ label, path }): LabeledFile[] => {
    const name = names.get(label)
    // Photos of a saved model that this browser never had have no path.
    return name === undefined || path === '' ? [] : [{ path, label: name }]
  })
  return format === 'csv'
    ? new Blob([labelsCsv(files)], { type: 'text/csv' })
    : new Blob([metadataJsonl(files)], { type: 'application/jsonl' })
}
