import { Readable } from 'node:stream'
import { z } from 'zod'
import { RESULT_COLUMNS, RESULT_FORMATS, RESULT_TYPES, resultPieces } from '@/lib/shared/results'
import type { JobFolder } from '../../jobs/job'

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

/** The results as a reply that is made as fast as it is read. */
export function resultsReply(job: JobFolder, parameters: ResultsParameters): Response {
  const { format, columns } = parameters
  const pieces = resultPieces(asked(job, parameters), format, columns)
  const body = Readable.toWeb(Readable.from(pieces, { objectMode: false, highWaterMark: 1 << 16 }))
  const headers = {
    'content-type': RESULT_TYPES[format],
    'content-disposition': `attachment; filename="results.${format}"`,
    'cache-control': 'no-store',
  }
  return new Response(body as unknown as ReadableStream, { headers })
}

/** The rows that were asked for. */
function* asked(job: JobFolder, { status, offset, limit = Number.POSITIVE_INFINITY }: ResultsParameters) {
  let count = 0
  for (const { row } of job.rows(offset, status)) {
    if (count++ >= limit) return
    yield row
  }
}
