import { columnsFor, type FileColumn, RESULT_COLUMNS, type ResultFormat, type ResultRow, resultText } from './columns'

/**
 * Streams a results file as fast as it is consumed, identical from every entry point. Closes the rows if it ends
 * early.
 *
 * @param rows consumed one by one, in constant memory
 */
export async function* resultFile(
  rows: AsyncIterable<ResultRow> | Iterable<ResultRow>,
  format: ResultFormat,
  columns: readonly FileColumn[] = columnsFor(format, RESULT_COLUMNS),
): AsyncGenerator<string | Uint8Array> {
  if (format === 'xlsx') {
    // Loaded on demand: the first page doesn't need it.
    const { resultWorkbook } = await import('./result-workbook')
    return yield* piecesOf(resultWorkbook(rows, columns))
  }
  const text = resultText(format, columns)
  yield text.head
  for await (const row of rows) yield text.row(row)
  yield text.tail()
}

/** Not all browsers support iterating a stream. */
async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}
