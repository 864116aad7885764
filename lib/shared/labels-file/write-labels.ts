import Papa from 'papaparse'
import { CSV_MARK } from '../results/columns'

/** A photo with its label. */
export interface LabeledFile {
  /** Path of the photo, with folders separated by `/`. */
  path: string
  label: string
}

/** The columns that `parseLabels` and other programs recognize by their names. */
const COLUMNS = ['file', 'label']

/** A labels file (CSV) as batches, `vision eval`, and `vision train` read it. Spreadsheets run no text as a formula. */
export function labelsCsv(photos: readonly LabeledFile[]): string {
  const rows = [COLUMNS, ...photos.map(({ path, label }) => [path, label])]
  return `${CSV_MARK}${Papa.unparse(rows, { escapeFormulae: true })}\r\n`
}

/**
 * `metadata.jsonl` of a data set of images on the Hugging Face Hub: each line names a file, relative to the folder that
 * `metadata.jsonl` is in, and its label. If all photos are in one folder, it belongs there.
 *
 * Source: https://huggingface.co/docs/datasets/image_dataset#imagefolder
 */
export function metadataJsonl(photos: readonly LabeledFile[]): string {
  const root = commonFolder(photos)
  return photos.map(({ path, label }) => `${JSON.stringify({ file_name: path.slice(root), label })}\n`).join('')
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
