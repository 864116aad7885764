import { fromBase64 } from '@/lib/server/embeddings/vector'
import { parquetFile } from '@/lib/server/jobs/parquet'
import { EMBEDDED_COLUMNS, type ResultRow } from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'
import { type Pieces, wholeFile, writePieces } from '../files/write-file'
import { EXIT, Failure } from '../program/exit'
import { npyFile } from './npy'

const FORMATS = ['parquet', 'npy', 'ndjson'] as const
type Format = (typeof FORMATS)[number]

/** Which embedding is in which row of a NumPy file. */
const FILE_COLUMNS = ['index', ...EMBEDDED_COLUMNS.filter((name) => name !== 'embedding')] as const

/** The format for a file name. @throws Failure */
export function formatOf(path: string): Format {
  const format = FORMATS.find((each) => path.toLowerCase().endsWith(`.${each}`))
  if (format) return format
  throw new Failure(EXIT.usage, `${path}: the file name must end with ${FORMATS.map((each) => `.${each}`).join(', ')}.`)
}

export interface EmbeddingsFile {
  path: string
  format: Format
  dimensions: number
  /** Applied to each embedding. */
  change(embedding: Float32Array): Float32Array
}

/**
 * Writes embeddings atomically. A NumPy file has no names, so they are in a CSV beside it, with the failed photos.
 *
 * @param rows read several times
 * @throws AbortError
 */
export async function writeEmbeddings(
  rows: () => Iterable<ResultRow>,
  { path, format, dimensions, change }: EmbeddingsFile,
  signal: AbortSignal,
): Promise<void> {
  const write = (file: string, pieces: Pieces) => wholeFile(file, (temporary) => writePieces(pieces, temporary, signal))
  if (format === 'parquet') return write(path, parquetFile(rows(), EMBEDDED_COLUMNS, change))
  if (format === 'ndjson') return write(path, lines(rows(), change))
  await write(`${path.slice(0, -'.npy'.length)}.files.csv`, resultFile(numbered(rows()), 'csv', FILE_COLUMNS))
  await write(path, npyFile(rows, dimensions, change))
}

async function* lines(rows: Iterable<ResultRow>, change: EmbeddingsFile['change']): AsyncGenerator<string> {
  for (const row of rows) {
    const embedding = row.embedding === undefined ? null : [...change(fromBase64(row.embedding))]
    const values = EMBEDDED_COLUMNS.map((name) => [name, name === 'embedding' ? embedding : (row[name] ?? null)])
    yield `${JSON.stringify(Object.fromEntries(values))}\n`
  }
}

/** Adds the index of each embedding in the NumPy file. */
function* numbered(rows: Iterable<ResultRow>): Generator<ResultRow> {
  let index = 0
  for (const row of rows) yield row.embedding === undefined ? row : { ...row, index: index++ }
}
