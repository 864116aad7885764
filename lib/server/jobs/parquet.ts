import type { FileColumn, ResultRow } from '@/lib/shared/results/columns'
import { listCell } from '@/lib/shared/results/columns'
import { fromBase64 } from '../embeddings/vector'
import { shouldYield, yieldToEventLoop } from '../event-loop/slices'

export const PARQUET_TYPE = 'application/vnd.apache.parquet'

/** Types of the columns that aren't text. */
const TYPES = {
  index: 'INT32',
  score: 'DOUBLE',
  uncertain: 'BOOLEAN',
  width: 'INT32',
  height: 'INT32',
  bytes: 'INT32',
  ms: 'DOUBLE',
  correct: 'BOOLEAN',
  copy_group: 'INT32',
  label_issue: 'DOUBLE',
} as const

/** Rows are encoded in groups: enough for compression, and with embeddings a few megabytes. */
const GROUP_ROWS = 10_000
const GROUP_VALUES = 500_000

/**
 * Writes rows as a Parquet file, in memory of one row group. An embedding is a list of float32.
 *
 * @param change applied to each embedding
 */
export async function* parquetFile(
  rows: AsyncIterable<ResultRow> | Iterable<ResultRow>,
  columns: readonly FileColumn[],
  change: (embedding: Float32Array) => Float32Array = (embedding) => embedding,
): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer')
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns) })
  let group: unknown[][] = columns.map(() => [])
  let values = 0
  const encode = async () => {
    await writer.write({
      columnData: columns.map((name, i) => ({ name, data: group[i] ?? [] })),
      rowGroupSize: GROUP_ROWS,
    })
    group = columns.map(() => [])
    values = 0
  }
  for await (const row of rows) {
    for (const [i, name] of columns.entries()) group[i]?.push(fieldOf(row, name, change))
    values += columns.length + embeddingLength(row)
    if (shouldYield()) await yieldToEventLoop()
    if (values < GROUP_VALUES && (group[0]?.length ?? 0) < GROUP_ROWS) continue
    await encode()
    yield taken(bytes)
  }
  await encode()
  await writer.finish()
  yield taken(bytes)
}

type Bytes = InstanceType<typeof import('hyparquet-writer').ByteWriter>

/** Takes the bytes written so far. The writer goes on at its offset. */
function taken(writer: Bytes): Uint8Array {
  const copy = writer.getBytes().slice()
  writer.index = 0
  return copy
}

type Schema = ConstructorParameters<typeof import('hyparquet-writer').ParquetWriter>[0]['schema']

function schemaOf(columns: readonly FileColumn[]): Schema {
  const fields = columns.flatMap((name): Schema => {
    if (name === 'embedding') {
      return [
        { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
      ]
    }
    if (name in TYPES) return [{ name, type: TYPES[name as keyof typeof TYPES], repetition_type: 'OPTIONAL' }]
    return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }]
  })
  return [{ name: 'root', num_children: columns.length }, ...fields]
}

function fieldOf(row: ResultRow, name: FileColumn, change: (embedding: Float32Array) => Float32Array): unknown {
  if (name === 'embedding') return row.embedding === undefined ? null : [...change(fromBase64(row.embedding))]
  const value = row[name]
  // Lists are stored as in CSV, because support for nested columns varies.
  return Array.isArray(value) ? listCell(value) : (value ?? null)
}

/** Number of values: base64 has four characters for three bytes. */
function embeddingLength({ embedding = '' }: ResultRow): number {
  return (embedding.length * 3) / 16
}
