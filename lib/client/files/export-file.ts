import { type FileColumn, RESULT_TYPES, type ResultFormat, type ResultRow } from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'

/**
 * Exports results in the same formats as the API.
 *
 * @throws Error if code that is loaded on demand can't be fetched, for example without a connection
 */
export async function exportFile(
  rows: readonly ResultRow[],
  format: ResultFormat,
  columns?: readonly FileColumn[],
): Promise<Blob> {
  const chunks: BlobPart[] = []
  for await (const chunk of resultFile(rows, format, columns)) chunks.push(chunk as BlobPart)
  return new Blob(chunks, { type: RESULT_TYPES[format] })
}
