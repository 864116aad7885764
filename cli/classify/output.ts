import { type FileColumn, listCell, RESULT_FORMATS, type ResultRow } from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'
import { wholeFile, writePieces } from '../files/write-file'
import { EXIT, Failure } from '../program/exit'

const FORMATS = [...RESULT_FORMATS, 'parquet'] as const
export type Format = (typeof FORMATS)[number]

/** The format for a file name. @throws Failure */
export function formatOf(path: string): Format {
  const format = FORMATS.find((each) => path.toLowerCase().endsWith(`.${each}`))
  if (format) return format
  throw new Failure(EXIT.usage, `${path}: the file name must end with ${FORMATS.map((each) => `.${each}`).join(', ')}.`)
}

/** Writes a file atomically. @throws AbortError */
export async function writeResults(
  rows: Iterable<ResultRow>,
  path: string,
  { format, columns }: { format: Format; columns: readonly FileColumn[] },
  signal: AbortSignal,
): Promise<void> {
  await wholeFile(path, (temporary) =>
    format === 'parquet'
      ? writeParquet(rows, temporary, columns)
      : writePieces(resultFile(rows, format, columns), temporary, signal),
  )
}

const PARQUET_TYPES = {
  score: 'DOUBLE',
  uncertain: 'BOOLEAN',
  width: 'INT32',
  height: 'INT32',
  bytes: 'INT32',
  ms: 'DOUBLE',
  correct: 'BOOLEAN',
} as const

async function writeParquet(
  rows: Iterable<ResultRow>,
  path: string,
  fileColumns: readonly FileColumn[],
): Promise<void> {
  const { parquetWriteFile } = await import('hyparquet-writer')
  const columns = fileColumns.map((name) => ({ name, data: [] as unknown[] }))
  for (const row of rows) {
    for (const { name, data } of columns) {
      const value = row[name]
      // Lists are stored as in CSV, because support for nested columns varies.
      data.push(Array.isArray(value) ? listCell(value) : (value ?? null))
    }
  }
  const columnData = columns.map(({ name, data }) => ({
    name,
    data,
    type: name in PARQUET_TYPES ? PARQUET_TYPES[name as keyof typeof PARQUET_TYPES] : ('STRING' as const),
    nullable: true,
  }))
  await parquetWriteFile({ filename: path, columnData })
}
