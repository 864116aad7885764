import { RESULT_TYPES, type ResultColumn, type ResultFormat, type ResultRow } from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'

/**
 * Results as a file, as the API writes them.
 *
 * @throws Error where code that comes late cannot be fetched, as without a connection
 */
export async function exportFile(
  rows: readonly ResultRow[],
  format: ResultFormat,
  columns?: readonly ResultColumn[],
): Promise<Blob> {
  const pieces: BlobPart[] = []
  for await (const piece of resultFile(rows, format, columns)) pieces.push(piece as BlobPart)
  return new Blob(pieces, { type: RESULT_TYPES[format] })
}
