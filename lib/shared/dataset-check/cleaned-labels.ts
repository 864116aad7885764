import Papa from 'papaparse'
import type { PhotoCheck } from '../contract/check'
import { joinedLabels } from '../labels-file/table'
import { CSV_MARK } from '../results/columns'

/** A photo with its label, or with all of them. */
interface Labeled {
  file: string
  labels: readonly string[] | null
  split: string | null
}

interface LabeledPhotos {
  list: readonly Labeled[]
  severalLabels: boolean
}

/**
 * Writes a labels file of the photos with labels, without those that are copies of others. The photos themselves stay
 * where they are.
 *
 * @param takeSuggestions whether labels that look wrong are replaced
 */
export async function* cleanedLabels(
  { photos, checks }: { photos: LabeledPhotos; checks: readonly PhotoCheck[] },
  { takeSuggestions }: { takeSuggestions: boolean },
): AsyncGenerator<string> {
  const divided = photos.list.some(({ split }) => split !== null)
  const line = (cells: readonly string[]) => `${Papa.unparse([cells as string[]], { escapeFormulae: true })}\r\n`
  yield CSV_MARK + line(['file', photos.severalLabels ? 'labels' : 'label', ...(divided ? ['split'] : [])])
  for (const [at, { file, labels, split }] of photos.list.entries()) {
    const { near_copy_of, suggested_label } = checks[at] as PhotoCheck
    if (labels === null || near_copy_of !== null) continue
    const written = (takeSuggestions ? suggested_label : null) ?? joinedLabels(labels)
    yield line([file, written, ...(divided ? [split ?? ''] : [])])
  }
}
