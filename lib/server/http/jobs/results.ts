import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import {
  CHECK_COLUMNS,
  columnsFor,
  type FileColumn,
  isJsonFormat,
  JSON_COLUMN,
  MULTI_LABEL_COLUMNS,
  PAGE_COLUMNS,
  RESULT_COLUMNS,
  RESULT_FORMATS,
  RESULT_TYPES,
  type ResultRow,
} from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'
import { underBase } from '@/lib/shared/web/base-path'
import { yieldingBetween } from '../../event-loop/slices'
import type { JobBackend } from '../../jobs/backend'
import { addCheckColumns } from '../../jobs/check/add-columns'
import { PARQUET_TYPE, parquetFile } from '../../jobs/parquet'
import { abortOnError } from '../abort-on-error'
import type { AppEnv, Services } from '../services'
import { MAX_CURSOR_LENGTH, pageOf } from './page'

const JOB_FORMATS = [...RESULT_FORMATS, 'parquet'] as const
type JobFormat = (typeof JOB_FORMATS)[number]
const TYPES: Record<JobFormat, string> = { ...RESULT_TYPES, parquet: PARQUET_TYPE }

/** The columns that a client may choose. */
export const CHOICE = [...PAGE_COLUMNS, ...CHECK_COLUMNS, ...MULTI_LABEL_COLUMNS, JSON_COLUMN] as const

/** Which results, and in which format. */
export const resultsParametersSchema = z.object({
  format: z.enum(JOB_FORMATS).optional(),
  columns: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(CHOICE)).min(1).max(CHOICE.length))
    .optional(),
  status: z.enum(['ok', 'failed']).optional(),
  cursor: z.string().max(MAX_CURSOR_LENGTH).optional(),
  offset: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number from 0')
    .transform(Number)
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'expected a whole number from 1')
    .transform(Number)
    .optional(),
})

export type ResultsParameters = z.output<typeof resultsParametersSchema>

/** Formats by media type. If a client accepts several equally, JSON comes first. */
const BY_TYPE = new Map<string, JobFormat>(
  (['json', 'csv', 'xlsx', 'ndjson', 'parquet'] as const).map((format) => [TYPES[format].replace(/;.*/, ''), format]),
)

/**
 * The results as a response that is generated as fast as it is read: in the requested format, else the one that the
 * client accepts, else JSON; all in the order of the photos or, with a cursor, a page in the order in which they
 * finish. HEAD returns the same without the rows.
 *
 * @throws Problem `unknown_job`, `invalid_parameter`, `conflict` for a cursor that is no longer valid
 */
export async function resultsReply(
  c: Context<AppEnv>,
  { jobs, log }: { jobs: JobBackend; log: Services['log'] },
  id: string,
  parameters: ResultsParameters,
): Promise<Response> {
  const { cursor, limit, offset, status } = parameters
  const format = parameters.format ?? acceptedFormat(c)
  if (parameters.columns?.includes(JSON_COLUMN) && !isJsonFormat(format)) {
    throw new Problem('invalid_parameter', `${JSON_COLUMN} is only in JSON and NDJSON. Choose one of these formats.`)
  }
  const headers = {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="results.${format}"`,
    'cache-control': 'no-store',
    vary: 'accept',
  }
  if (cursor !== undefined) {
    if (offset !== undefined)
      throw new Problem('invalid_parameter', 'cursor and offset cannot be combined. Remove offset.')
    const page = await pageOf(jobs, id, { cursor, limit, status })
    Object.assign(headers, { 'x-next-cursor': page.next }, page.last ? {} : { link: nextLink(c, page.next) })
    const extras = await extrasOf(jobs, id)
    const columns = parameters.columns ?? columnsFor(format, [...PAGE_COLUMNS, ...extras.columns])
    return reply(c, extras.rows(yieldingBetween(page.rows)), format, columns, headers, log)
  }
  const rows = await jobs.results(id, { offset: offset ?? 0, only: status })
  // Rows of a part don't show which photos they belong to, so they get the index column.
  const whole = offset === undefined && limit === undefined ? RESULT_COLUMNS : PAGE_COLUMNS
  const embeddings = format === 'parquet' && (await jobs.view(id)).embeddings ? (['embedding'] as const) : []
  const extras = await extrasOf(jobs, id)
  const columns = parameters.columns ?? columnsFor(format, [...whole, ...embeddings, ...extras.columns])
  return reply(c, takeFirst(extras.rows(rows), limit), format, columns, headers, log)
}

type Rows = AsyncIterable<ResultRow> | Iterable<ResultRow>

/**
 * The columns after the usual ones, and rows with them: those of a check, and of a multi-label model. Without them, rows
 * stay as they are.
 */
async function extrasOf(jobs: JobBackend, id: string) {
  const { check = false, multi_label = false } = await jobs.spec(id)
  const several = multi_label ? MULTI_LABEL_COLUMNS : []
  if (!check) return { columns: several, rows: (rows: Rows) => rows }
  const found = await jobs.readCheck(id)
  return { columns: [...CHECK_COLUMNS, ...several], rows: (rows: Rows) => addCheckColumns(rows, found) }
}

function reply(
  c: Context<AppEnv>,
  rows: Rows,
  format: JobFormat,
  columns: readonly FileColumn[],
  headers: Record<string, string>,
  log: Services['log'],
): Response {
  if (c.req.method === 'HEAD') return new Response(null, { headers })
  const file = format === 'parquet' ? parquetFile(rows, columns) : resultFile(rows, format, columns)
  const pieces = abortOnError(file, c, log)
  const body = Readable.toWeb(Readable.from(pieces, { objectMode: false, highWaterMark: 1 << 16 }))
  return new Response(body as unknown as ReadableStream, { headers })
}

/** The link to the next page (RFC 8288). */
function nextLink({ req }: Context<AppEnv>, cursor: string): string {
  const { searchParams } = new URL(req.url)
  searchParams.set('cursor', cursor)
  return `<${underBase(req.path)}?${searchParams}>; rel="next"`
}

function acceptedFormat(c: Context<AppEnv>): JobFormat {
  const type = accepts(c, { header: 'Accept', supports: [...BY_TYPE.keys()], default: RESULT_TYPES.json })
  return BY_TYPE.get(type) ?? 'json'
}

async function* takeFirst(rows: Rows, limit = Number.POSITIVE_INFINITY): AsyncGenerator<ResultRow> {
  let count = 0
  for await (const row of rows) {
    yield row
    if (++count >= limit) return
  }
}
