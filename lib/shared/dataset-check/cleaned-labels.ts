import Papa from 'papaparse'
import type { PhotoCheck } from '../contract/check'
import { CSV_MARK } from '../results/columns'

/** A photo with its label. */
interface Labeled {
  file: string
  label: string | null
  split: string | null
}

/**
 * Writes a labels file of the photos with a label, without those that are copies of others. The photos themselves stay
 * where they are.
 *
 * @param takeSuggestions whether labels that look wrong are replaced
 */
export async function* cleanedLabels(
  { photos, checks }: { photos: { list: readonly Labeled[] }; checks: readonly PhotoCheck[] },
  { takeSuggestions }: { takeSuggestions: boolean },
): AsyncGenerator<string> {
  const divided = photos.list.some(({ split }) => split !== null)
  const line = (cells: readonly string[]) => `${Papa.unparse([cells as string[]], { escapeFormulae: true })}\r\n`
  yield CSV_MARK + line(['file', 'label', ...(divided ? ['split'] : [])])
  for (const [at, { file, label, split }] of photos.list.entries()) {
    const { near_copy_of, suggested_label } = checks[at] as PhotoCheck
    if (label === null || near_copy_of !== null) continue
    const written = takeSuggestions ? (suggested_label ?? label) : label
    yield line([file, written, ...(divided ? [split ?? ''] : [])])
  }
}
