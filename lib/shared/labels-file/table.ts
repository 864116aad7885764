/** The format of a labels file. */
export type LabelsFormat = 'delimited' | 'json' | 'json_lines' | 'label_studio' | 'coco' | 'datumaro' | 'cvat'

/** A labels file as rows of cells, before the columns are interpreted. */
export interface LabelsTable {
  format: LabelsFormat
  /** The delimiter between cells; null if the format has named fields instead. ' ' means any whitespace. */
  delimiter: string | null
  /** Column names, if the format has them; null if the first row may be a header. */
  names: readonly string[] | null
  rows: readonly (readonly string[])[]
  /** Line number of the first row, from 1; null if rows aren't lines. */
  firstLine: number | null
}

/** Converts records with named fields to a table, with a column for each name in order of first appearance. */
export function tableOfRecords(
  format: LabelsFormat,
  records: readonly ReadonlyMap<string, string>[],
  firstLine: number | null = null,
): LabelsTable {
  const names = new Map<string, number>()
  for (const record of records) for (const name of record.keys()) if (!names.has(name)) names.set(name, names.size)
  const order = [...names.keys()]
  const rows = records.map((record) => order.map((name) => record.get(name) ?? ''))
  return { format, delimiter: null, names: order, rows, firstLine }
}

/** Separates the labels of a photo that has several. No label contains it. */
export const LABEL_SEPARATOR = ' | '

/** Labels of one photo as a single text, each once. */
export function joinedLabels(labels: Iterable<string>): string {
  return [...new Set(labels)].join(LABEL_SEPARATOR)
}

/** The labels of such a text; none if it is empty. */
export function separateLabels(text: string): string[] {
  return text === '' ? [] : text.split(LABEL_SEPARATOR)
}
