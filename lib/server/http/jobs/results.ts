import { Readable } from 'node:stream'
import { z } from 'zod'
import { CSV_MARK, chosen, csvHeader, csvLine, jsonLine, RESULT_COLUMNS, type ResultColumn } from '@/lib/shared/results'
import type { JobFolder } from '../../jobs/job'

/** Which results, and how. */
export const resultsParametersSchema = z.object({
  format: z.enum(['csv', 'json', 'ndjson']).default('json'),
  columns: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(RESULT_COLUMNS)).min(1))
    .optional(),
  status: z.enum(['ok', 'failed']).optional(),
  offset: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .default(0),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .optional(),
})

export type ResultsParameters = z.output<typeof resultsParametersSchema>

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
} as const

/** The results as a reply that is made as fast as it is read. */
export function resultsReply(job: JobFolder, parameters: ResultsParameters): Response {
  const { format } = parameters
  const body = Readable.toWeb(Readable.from(pieces(job, parameters), { objectMode: false, highWaterMark: 1 << 16 }))
  const headers = {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="results.${format}"`,
    'cache-control': 'no-store',
  }
  return new Response(body as unknown as ReadableStream, { headers })
}

function* pieces(job: JobFolder, { format, columns: asked, status, offset, limit }: ResultsParameters) {
  const columns: readonly ResultColumn[] = asked ?? RESULT_COLUMNS
  const rows = taken(job.rows(offset, status), limit ?? Number.POSITIVE_INFINITY)
  if (format === 'csv') {
    yield CSV_MARK + csvHeader(columns)
    for (const { row } of rows) yield csvLine(row, columns)
  } else if (format === 'ndjson') for (const { row } of rows) yield jsonLine(row, columns)
  else yield* asList(rows, columns)
}

function* asList(rows: Iterable<{ row: Parameters<typeof chosen>[0] }>, columns: readonly ResultColumn[]) {
  let before = '[\n'
  for (const { row } of rows) {
    yield before + JSON.stringify(chosen(row, columns))
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

function* taken<T>(items: Iterable<T>, most: number): Generator<T> {
  let count = 0
  for (const item of items) {
    if (count++ >= most) return
    yield item
  }
}
