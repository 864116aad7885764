import { labelsCsv, labelsOfTable } from '@/lib/shared/dataset-check/known-labels'
import { LabelsError } from '@/lib/shared/labels-file/decode'
import type { LabelsFile } from './labels'

/** Labels as a check takes them. */
export interface CheckLabels {
  /** Tells labels apart; null for the names of folders. */
  name: string | null
  /** A labels file; null for the names of folders. */
  csv: string | null
}

const OF_FOLDERS: CheckLabels = { name: null, csv: null }

/**
 * The labels of a batch for its check, by the columns that the visitor sees; null if the file has none for its photos.
 *
 * @param labels null for the names of folders
 */
export function checkLabels(labels: LabelsFile | null, photos: readonly string[]): CheckLabels | null {
  if (labels === null || labels.folders) return OF_FOLDERS
  try {
    const known = labelsOfTable(labels.table, photos, labels.choices.picks)
    if (known.labels.size === 0 && !known.several) return null
    const csv = labelsCsv(known)
    return { name: `${csv.length}-${fnv1a(csv)}`, csv }
  } catch (error) {
    if (error instanceof LabelsError) return null
    throw error
  }
}

/** A 32-bit hash of UTF-16 units (Fowler–Noll–Vo, FNV-1a): browsers offer SHA-256 to secure pages only. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16)
}
