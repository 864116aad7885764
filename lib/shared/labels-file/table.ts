/** How a file of labels is written. */
export type LabelsFormat = 'delimited' | 'json' | 'json_lines' | 'label_studio' | 'coco' | 'datumaro' | 'cvat'

/** A file of labels as rows of cells, before anybody knows which column means what. */
export interface LabelsTable {
  format: LabelsFormat
  /** Between the cells; null where the format has names instead. ' ' stands for any blanks. */
  delimiter: string | null
  /** Names of the columns, where the format gives them; null where the first row may hold them. */
  names: readonly string[] | null
  rows: readonly (readonly string[])[]
  /** Line of the first row, from 1; null where rows are not lines. */
  firstLine: number | null
}

/** Records with named fields as a table; a column for each name, in the order in which they are first seen. */
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

/** What stands between labels where a photo has several; no label has it. */
export const SEVERAL = ' | '
