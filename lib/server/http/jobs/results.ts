import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { z } from 'zod'
import { resultFile } from '@/lib/shared/result-file'
import { RESULT_COLUMNS, RESULT_FORMATS, RESULT_TYPES, type ResultFormat, type ResultRow } from '@/lib/shared/results'
import type { Jobs } from '../../jobs/jobs'
import type { AppEnv } from '../services'

/** Which results, and how. */
export const resultsParametersSchema = z.object({
  format: z.enum(RESULT_FORMATS).optional(),
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

/** The formats by what a client says that it takes, JSON before others that it takes as well. */
const BY_TYPE = new Map<string, ResultFormat>(
  (['json', 'csv', 'xlsx', 'ndjson'] as const).map((format) => [RESULT_TYPES[format].replace(/;.*/, ''), format]),
)

/**
 * The results as a reply that is made as fast as it is read, in the format that was asked for, else the one that the client takes, else JSON. To HEAD the
 * same without the rows.
 *
 * @throws Problem `unknown_job`
 */
export async function resultsReply(
  c: Context<AppEnv>,
  jobs: Jobs,
  id: string,
  parameters: ResultsParameters,
): Promise<Response> {
  const { columns, limit, offset, status } = parameters
  const format = parameters.format ?? accepted(c)
  const rows = await jobs.results(id, { offset, only: status })
  const headers = {
    'content-type': RESULT_TYPES[format],
    'content-disposition': `attachment; filename="results.${format}"`,
    'cache-control': 'no-store',
    vary: 'accept',
  }
  if (c.req.method === 'HEAD') return new Response(null, { headers })
  const pieces = resultFile(first(rows, limit), format, columns)
  const body = Readable.toWeb(Readable.from(pieces, { objectMode: false, highWaterMark: 1 << 16 }))
  return new Response(body as unknown as ReadableStream, { headers })
}

function accepted(c: Context<AppEnv>): ResultFormat {
  const type = accepts(c, { header: 'Accept', supports: [...BY_TYPE.keys()], default: RESULT_TYPES.json })
  return BY_TYPE.get(type) ?? 'json'
}

async function* first(rows: AsyncIterable<ResultRow>, limit = Number.POSITIVE_INFINITY): AsyncGenerator<ResultRow> {
  let count = 0
  for await (const row of rows) {
    yield row
    if (++count >= limit) return
  }
}
