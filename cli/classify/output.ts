import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { CSV_MARK, listCell, RESULT_COLUMNS, type ResultRow, resultText } from '@/lib/shared/results'
import { EXIT, Failure } from '../exit'

export const FORMATS = ['csv', 'json', 'ndjson', 'parquet'] as const
export type Format = (typeof FORMATS)[number]

/** The format that a file's name asks for. @throws Failure */
export function formatOf(path: string): Format {
  const format = FORMATS.find((each) => path.toLowerCase().endsWith(`.${each}`))
  if (format) return format
  throw new Failure(EXIT.usage, `${path}: the name must end with ${FORMATS.map((each) => `.${each}`).join(', ')}.`)
}

/** Rows as text of a format, piece by piece. A file's CSV begins with the mark that Excel needs; a pipe's does not. */
export function* asText(
  rows: Iterable<ResultRow>,
  format: Exclude<Format, 'parquet'>,
  file: boolean,
): Generator<string> {
  const text = resultText(format)
  yield file ? text.head : text.head.replace(CSV_MARK, '')
  for (const row of rows) yield text.row(row)
  yield text.tail()
}

/** Writes a file whole or not at all: beside it first, then by one rename. */
export async function writeResults(rows: Iterable<ResultRow>, path: string, format: Format): Promise<void> {
  const temporary = `${path}.new`
  if (format === 'parquet') await writeParquet(rows, temporary)
  else {
    const stream = createWriteStream(temporary)
    await writeAll(asText(rows, format, true), stream)
    stream.end()
    await once(stream, 'close')
  }
  await rename(temporary, path)
}

/** Writes to a stream as fast as it takes it. */
export async function writeAll(pieces: Iterable<string>, stream: Writable): Promise<void> {
  const broken = once(stream, 'error').then(([error]) => Promise.reject(error))
  broken.catch(() => {})
  for (const piece of pieces) {
    if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), broken])
  }
}

const PARQUET_TYPES = {
  score: 'DOUBLE',
  uncertain: 'BOOLEAN',
  width: 'INT32',
  height: 'INT32',
  bytes: 'INT32',
  ms: 'DOUBLE',
} as const

async function writeParquet(rows: Iterable<ResultRow>, path: string): Promise<void> {
  const { parquetWriteFile } = await import('hyparquet-writer')
  const columns = RESULT_COLUMNS.map((name) => ({ name, data: [] as unknown[] }))
  for (const row of rows) {
    for (const { name, data } of columns) {
      const value = row[name]
      // Lists as in CSV: readers of nested columns differ.
      data.push(Array.isArray(value) ? listCell(value) : value)
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
