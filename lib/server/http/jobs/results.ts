import { Readable } from 'node:stream'
import { z } from 'zod'
import { RESULT_COLUMNS, RESULT_FORMATS, RESULT_TYPES, type ResultRow, resultText } from '@/lib/shared/results'
import type { Jobs } from '../../jobs/jobs'

/** Which results, and how. */
export const resultsParametersSchema = z.object({
  format: z.enum(RESULT_FORMATS).default('json'),
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

/** The results as a reply that is made as fast as it is read. @throws Problem `unknown_job` */
export async function resultsReply(jobs: Jobs, id: string, parameters: ResultsParameters): Promise<Response> {
  const { format, offset, status } = parameters
  const rows = await jobs.results(id, { offset, only: status })
  const body = Readable.toWeb(Readable.from(pieces(rows, parameters), { objectMode: false, highWaterMark: 1 << 16 }))
  const headers = {
    'content-type': RESULT_TYPES[format],
    'content-disposition': `attachment; filename="results.${format}"`,
    'cache-control': 'no-store',
  }
  return new Response(body as unknown as ReadableStream, { headers })
}

async function* pieces(
  rows: AsyncIterable<ResultRow>,
  { format, columns, limit = Number.POSITIVE_INFINITY }: ResultsParameters,
): AsyncGenerator<string> {
  const text = resultText(format, columns)
  yield text.head
  let count = 0
  for await (const row of rows) {
    yield text.row(row)
    if (++count >= limit) break
  }
  yield text.tail()
}
