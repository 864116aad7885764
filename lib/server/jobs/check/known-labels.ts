import { type KnownLabels, labelsOfFolders, labelsOfTable } from '@/lib/shared/dataset-check/known-labels'
import { decodeLabels, LabelsError } from '@/lib/shared/labels-file/decode'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import { Problem } from '@/lib/shared/problems/problem'

/** The labels of photos by the text of a labels file, or else by their folders. @throws LabelsError */
export async function knownLabels(files: readonly string[], labels: string | null): Promise<KnownLabels> {
  return labels === null ? labelsOfFolders(files) : labelsOfTable(await parseLabels(labels), files)
}

/**
 * Reads a labels file that has a label for at least one of these photos.
 *
 * @param files null if not all are known: then any label will do
 * @returns its text
 * @throws Problem `invalid_parameter`, and `conflict` if it has none
 */
export async function readLabels(bytes: Uint8Array, files: readonly string[] | null): Promise<string> {
  try {
    const { text } = decodeLabels(bytes)
    if (files === null) {
      await knownLabels([], text)
      return text
    }
    const { labels, several } = await knownLabels(files, text)
    if (labels.size === 0 && !several)
      throw new Problem('conflict', 'The labels file has no label for any photo of this job. Check the names in it.')
    return text
  } catch (error) {
    if (error instanceof LabelsError)
      throw new Problem('invalid_parameter', `The labels file is invalid: ${error.message}`)
    throw error
  }
}
