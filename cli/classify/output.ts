import { parquetFile } from '@/lib/server/jobs/parquet'
import { type FileColumn, RESULT_FORMATS, type ResultRow } from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'
import { wholeFile, writePieces } from '../files/write-file'
import { EXIT, Failure } from '../program/exit'

export const FORMATS = [...RESULT_FORMATS, 'parquet'] as const
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
  const pieces = format === 'parquet' ? parquetFile(rows, columns) : resultFile(rows, format, columns)
  await wholeFile(path, (temporary) => writePieces(pieces, temporary, signal))
}
