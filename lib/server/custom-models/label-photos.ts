import { decodeLabels, LabelsError } from '@/lib/shared/labels-file/decode'
import { type MatchedLabelSets, matchLabelSets, matchLabels } from '@/lib/shared/labels-file/match-labels'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import { labelWarnings } from '@/lib/shared/labels-file/summary'
import type { LabelsTable } from '@/lib/shared/labels-file/table'
import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import { examplesOf, type LabelRules } from '@/lib/shared/training/folder/fit-examples'
import type { EmbeddedPhoto, SkippedPhoto } from './collect-photos'

export interface LabeledPhotos {
  examples: Example[]
  skipped: SkippedPhoto[]
  /** Lines of the labels file that weren't used, in words. */
  warnings: string[]
}

/**
 * Gives each photo its label, or its labels: from a labels file if there is one, otherwise the name of its folder.
 *
 * @throws Problem `invalid_parameter` if the labels file can't be used
 */
export async function labelPhotos(
  photos: readonly EmbeddedPhoto[],
  labelsFiles: readonly { file: string; bytes: Uint8Array }[],
  rules: LabelRules,
): Promise<LabeledPhotos> {
  const [labelsFile, ...others] = labelsFiles
  if (others.length > 0) {
    const names = labelsFiles.map(({ file }) => file).join(', ')
    throw new Problem('invalid_parameter', `There are several labels files: ${names}. Send one.`)
  }
  const { labelsOf, warnings } = labelsFile
    ? await labelsFrom(labelsFile, photos, rules)
    : { labelsOf: parentFolder, warnings: [] }
  const examples: Example[] = []
  const skipped: SkippedPhoto[] = []
  for (const { file, ...photo } of photos) {
    const labels = labelsOf(file)
    if (labels !== undefined) examples.push(...examplesOf(photo, labels))
    else {
      const detail = labelsFile ? 'The labels file has no label for this photo.' : 'This photo is not in a folder.'
      skipped.push({ file, code: 'invalid_parameter', detail })
    }
  }
  return { examples, skipped, warnings }
}

/** The name of the folder that a photo is in. */
function parentFolder(file: string): string[] | undefined {
  const folder = file.split(/[\\/]/).filter(Boolean).at(-2)
  return folder === undefined ? undefined : [folder]
}

async function labelsFrom(
  { file, bytes }: { file: string; bytes: Uint8Array },
  photos: readonly EmbeddedPhoto[],
  { multiLabel }: LabelRules,
) {
  try {
    const table = await parseLabels(decodeLabels(bytes).text)
    const names = photos.map((photo) => photo.file)
    const matched = multiLabel ? matchLabelSets(table, { photos: names, classes: [] }) : oneLabelEach(table, names)
    return { labelsOf: (name: string) => matched.labels.get(name), warnings: labelWarnings(matched) }
  } catch (error) {
    if (error instanceof LabelsError) throw new Problem('invalid_parameter', `${file}: ${error.message}`)
    throw error
  }
}

function oneLabelEach(table: LabelsTable, photos: readonly string[]): MatchedLabelSets {
  const matched = matchLabels(table, photos, [])
  return { ...matched, labels: new Map([...matched.labels].map(([photo, label]) => [photo, [label]])) }
}
