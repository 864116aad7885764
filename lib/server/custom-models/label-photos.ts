import { decodeLabels, LabelsError } from '@/lib/shared/labels-file/decode'
import { matchLabels } from '@/lib/shared/labels-file/match-labels'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import { labelWarnings } from '@/lib/shared/labels-file/summary'
import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import type { EmbeddedPhoto, SkippedPhoto } from './collect-photos'

export interface LabeledPhotos {
  examples: Example[]
  skipped: SkippedPhoto[]
  /** Lines of the labels file that weren't used, in words. */
  warnings: string[]
}

/**
 * Gives each photo its label: from a labels file if there is one, otherwise the name of its folder.
 *
 * @throws Problem `invalid_parameter` if the labels file can't be used
 */
export async function labelPhotos(
  photos: readonly EmbeddedPhoto[],
  labelsFiles: readonly { file: string; bytes: Uint8Array }[],
): Promise<LabeledPhotos> {
  const [labelsFile, ...others] = labelsFiles
  if (others.length > 0) {
    const names = labelsFiles.map(({ file }) => file).join(', ')
    throw new Problem('invalid_parameter', `There are several labels files: ${names}. Send one.`)
  }
  const { labelOf, warnings } = labelsFile
    ? await labelsFrom(labelsFile, photos)
    : { labelOf: parentFolder, warnings: [] }
  const examples: Example[] = []
  const skipped: SkippedPhoto[] = []
  for (const { file, ...photo } of photos) {
    const label = labelOf(file)
    if (label !== undefined) examples.push({ label, ...photo })
    else {
      const detail = labelsFile ? 'The labels file has no label for this photo.' : 'This photo is not in a folder.'
      skipped.push({ file, code: 'invalid_parameter', detail })
    }
  }
  return { examples, skipped, warnings }
}

/** The name of the folder that a photo is in. */
function parentFolder(file: string): string | undefined {
  return file.split(/[\\/]/).filter(Boolean).at(-2)
}

async function labelsFrom({ file, bytes }: { file: string; bytes: Uint8Array }, photos: readonly EmbeddedPhoto[]) {
  try {
    const table = await parseLabels(decodeLabels(bytes).text)
    const names = photos.map((photo) => photo.file)
    const matched = matchLabels(table, names, [])
    return { labelOf: (name: string) => matched.labels.get(name), warnings: labelWarnings(matched) }
  } catch (error) {
    if (error instanceof LabelsError) throw new Problem('invalid_parameter', `${file}: ${error.message}`)
    throw error
  }
}
