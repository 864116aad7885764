import { type LabeledFile, labelsCsv, metadataJsonl } from '@/lib/shared/labels-file/write-labels'
import type { TrainingSession } from '../training/session'
import { NONE } from '../training/types'

export type LabelsFormat = 'csv' | 'jsonl'

/** The labels so far as a file, in the order in which the photos were added. */
export function exportLabels(session: TrainingSession, format: LabelsFormat): Blob {
  const { multiLabel } = session.snapshot()
  const files = labeledFiles(session)
  return format === 'csv'
    ? new Blob([labelsCsv(files, multiLabel)], { type: 'text/csv' })
    : new Blob([metadataJsonl(files, multiLabel)], { type: 'application/jsonl' })
}

function labeledFiles(session: TrainingSession): LabeledFile[] {
  const { labels, photos, multiLabel } = session.snapshot()
  const names = new Map(labels.map(({ id, name }) => [id, name]))
  const files = new Map<string, { path: string; labels: string[] }>()
  for (const { id, label, path } of photos) {
    const name = label === null ? undefined : names.get(label)
    // Photos of a saved model that this browser never had have no path.
    if (path === '' || (name === undefined && !(multiLabel && label === NONE))) continue
    // A photo is there once for each of its labels.
    const key = multiLabel ? `${session.embeddingOf(id)?.sha256 ?? id} ${path}` : String(id)
    const file = files.get(key) ?? { path, labels: [] }
    if (name !== undefined) file.labels.push(name)
    files.set(key, file)
  }
  return [...files.values()]
}
