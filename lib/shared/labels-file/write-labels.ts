import Papa from 'papaparse'
import { CSV_MARK } from '../results/columns'
import { joinedLabels } from './table'

/** A photo with its label, or with all of them. */
export interface LabeledFile {
  /** Path of the photo, with folders separated by `/`. */
  path: string
  labels: readonly string[]
}

/**
 * A labels file (CSV) as batches, `vision eval`, and `vision train` read it. They and other programs recognize the columns
 * by their names. Spreadsheets run no text as a formula.
 *
 * @param several whether photos may have several labels, or none
 */
export function labelsCsv(photos: readonly LabeledFile[], several: boolean): string {
  const rows = [
    ['file', several ? 'labels' : 'label'],
    ...photos.map(({ path, labels }) => [path, joinedLabels(labels)]),
  ]
  return `${CSV_MARK}${Papa.unparse(rows, { escapeFormulae: true })}\r\n`
}

/**
 * `metadata.jsonl` of a data set of images on the Hugging Face Hub: each line names a file, relative to the folder that
 * `metadata.jsonl` is in, and its label, or a list of its labels. If all photos are in one folder, it belongs there.
 *
 * Source: https://huggingface.co/docs/datasets/image_dataset#imagefolder
 */
export function metadataJsonl(photos: readonly LabeledFile[], several: boolean): string {
  const root = commonFolder(photos)
  const line = ({ path, labels }: LabeledFile) => {
    return { file_name: path.slice(root), ...(several ? { labels } : { label: labels[0] ?? '' }) }
  }
  return photos.map((photo) => `${JSON.stringify(line(photo))}\n`).join('')
}

/** Length of the folder that all paths begin with, with its slash. */
function commonFolder(photos: readonly LabeledFile[]): number {
  const [first = '', ...others] = photos.map(({ path }) => path)
  let length = first.lastIndexOf('/') + 1
  while (length > 0 && !others.every((path) => path.startsWith(first.slice(0, length)))) {
    length = first.lastIndexOf('/', length - 2) + 1
  }
  return length
}
