import { ZIP_ENCODINGS } from '@/lib/shared/files/zip-names'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import { PAGE_COLUMNS, RESULT_TYPES } from '@/lib/shared/results/columns'
import { DEFAULT_PAGE_ROWS, MAX_CURSOR_LENGTH, MAX_PAGE_ROWS } from './page'

/** What the document is made with: replies by the names of their schemas, problems by their codes. */
export interface DocumentBuilder {
  reply(description: string, schema: string): object
  problems(codes: readonly ProblemCode[]): Record<number, object>
  /** What any request with a body may meet. */
  body: readonly ProblemCode[]
  parameters: object[]
}

const PHOTOS: ProblemCode[] = [
  'empty_body',
  'no_file',
  'invalid_json',
  'url_refused',
  'too_many_files',
  'archive_too_large',
  'conflict',
  'rate_limited',
  'not_found',
  'storage_full',
]
const UNIQUE = 'Leave out what the job has already, by name: safe to send again.'
const FORMAT = 'Without it the one that the header Accept names, else json. An xlsx is an Excel workbook.'
const CURSOR =
  'Empty for the first page, then X-Next-Cursor of the page before: rows in the order of their being done, each once.'
const OFFSET = 'Index of the first photo. Not with a cursor; while the job runs, photos before it may be done later.'
const LIMIT = `Rows at most; a page by a cursor has ${DEFAULT_PAGE_ROWS} without it and never more than ${MAX_PAGE_ROWS}.`
const A_COLUMN = `(${PAGE_COLUMNS.join('|')})`
const COLUMNS = `^${A_COLUMN}(,${A_COLUMN}){0,${PAGE_COLUMNS.length - 1}}$`
const ZIP_NAMES = 'Encoding of names in a ZIP that do not say theirs.'
const ID = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 1 },
  description: 'Of the job. Not to be guessed: whoever knows it may read and end the job.',
}
/** Lines whose first has the column, and at least one more. */
const CSV = '^(file,)?url(,file)?\\r?\\n[A-Za-z0-9]'
const MAX_INDEX = 999_999_999

const BODY = {
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['files'],
        properties: { files: { type: 'array', minItems: 1, items: { contentMediaType: 'application/octet-stream' } } },
        additionalProperties: false,
      },
    },
    'application/zip': {},
    'text/csv': {
      schema: {
        type: 'string',
        pattern: CSV,
        description: 'Columns url, and file where the results shall have another name.',
      },
    },
  },
}

const OPTIONS = { schema: { $ref: '#/components/schemas/JobOptions' } }

/** The paths of batch jobs. */
export function jobPaths(
  { reply, problems, body, parameters }: DocumentBuilder,
  { admin, deadLetters }: { admin: boolean; deadLetters: boolean },
): Record<string, object> {
  const UPLOAD = [...PHOTOS, ...body]
  const action = (operationId: string, summary: string, codes: ProblemCode[] = []) => ({
    post: {
      operationId,
      summary,
      parameters: [ID],
      responses: {
        200: reply('The job.', 'Job'),
        ...problems([
          'unknown_job',
          'not_ready',
          'not_found',
          'storage_full',
          'rate_limited',
          'invalid_json',
          ...body,
          ...codes,
        ]),
      },
    },
  })
  const forOperator = (operationId: string, summary: string, property: string, schema: string) => ({
    operationId,
    summary: `${summary}; for the operator (\`Authorization: Bearer …\`).`,
    responses: {
      200: {
        description: summary,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: [property],
              properties: { [property]: { type: 'array', items: { $ref: `#/components/schemas/${schema}` } } },
            },
          },
        },
      },
      ...problems(['not_ready', 'not_found', 'method_not_allowed']),
    },
  })
  return {
    '/api/jobs': {
      post: {
        operationId: 'createJob',
        summary: 'Classify many photos: a form of files, a ZIP, or a CSV of addresses.',
        parameters: [
          ...parameters,
          {
            name: 'Idempotency-Key',
            in: 'header',
            required: false,
            schema: { type: 'string', pattern: '^[!-~]([ -~]{0,198}[!-~])?$' },
          },
        ],
        requestBody: { required: false, content: { ...BODY.content, 'application/json': OPTIONS } },
        responses: {
          201: reply('The job.', 'Job'),
          200: reply('The job that this key has made before.', 'Job'),
          ...problems(['unknown_model', 'not_ready', ...UPLOAD]),
        },
      },
      ...(admin && { get: forOperator('listJobs', 'All jobs', 'jobs', 'Job') }),
    },
    ...(admin &&
      deadLetters && {
        '/api/dead-letters': {
          get: forOperator('listDeadLetters', 'Work that was given up', 'dead_letters', 'DeadLetter'),
        },
      }),
    '/api/jobs/{id}': {
      get: {
        operationId: 'job',
        summary: 'Where a job stands.',
        parameters: [ID],
        responses: { 200: reply('The job.', 'Job'), ...problems(['unknown_job', 'not_ready']) },
      },
      delete: {
        operationId: 'deleteJob',
        summary: 'Delete a job with its results.',
        parameters: [ID],
        responses: { 204: { description: 'Deleted.' }, ...problems(['unknown_job', 'not_ready']) },
      },
    },
    '/api/jobs/{id}/photos': {
      post: {
        operationId: 'addPhotos',
        summary: 'Add photos to an open job.',
        parameters: [
          ID,
          query('unique', { type: 'boolean', default: false, description: UNIQUE }),
          query('zip_names', { type: 'string', enum: [...ZIP_ENCODINGS], description: ZIP_NAMES }),
        ],
        requestBody: { required: true, ...BODY },
        responses: { 200: reply('The job.', 'Job'), ...problems(['unknown_job', 'not_ready', ...UPLOAD]) },
      },
      get: {
        operationId: 'jobPhotos',
        summary: 'The names of a job’s photos, at most 10,000 at a time, fewer where they are long.',
        parameters: [ID, query('offset', { type: 'integer', minimum: 0, maximum: MAX_INDEX, default: 0 })],
        responses: {
          200: reply('Names.', 'JobPhotos'),
          ...problems(['unknown_job', 'not_ready', 'invalid_parameter']),
        },
      },
    },
    '/api/jobs/{id}/pause': action('pauseJob', 'Take up no photo until the job is resumed; what runs is finished.'),
    '/api/jobs/{id}/resume': action('resumeJob', 'Go on with a paused job.'),
    '/api/jobs/{id}/close': action('closeJob', 'Take no more photos; the job ends when all are done.'),
    '/api/jobs/{id}/cancel': action('cancelJob', 'End a job now; its results so far stay.'),
    '/api/jobs/{id}/retry': action('retryFailed', 'Run the failed photos again.', ['conflict']),
    '/api/jobs/{id}/results': {
      get: {
        operationId: 'jobResults',
        summary: 'The results so far: all in the order of the photos, or pages of them by a cursor.',
        parameters: [
          ID,
          query('format', { type: 'string', enum: ['json', 'csv', 'xlsx', 'ndjson'], description: FORMAT }),
          query('columns', { type: 'string', pattern: COLUMNS, description: `Some of ${PAGE_COLUMNS.join(',')}.` }),
          query('status', { type: 'string', enum: ['ok', 'failed'] }),
          query('cursor', {
            type: 'string',
            pattern: '^[A-Za-z0-9_-]*$',
            maxLength: MAX_CURSOR_LENGTH,
            description: CURSOR,
          }),
          query('offset', { type: 'integer', minimum: 0, maximum: MAX_INDEX, description: OFFSET }),
          query('limit', { type: 'integer', minimum: 1, maximum: MAX_INDEX, description: LIMIT }),
        ],
        responses: {
          200: {
            description: 'Rows.',
            headers: {
              'X-Next-Cursor': {
                schema: { type: 'string' },
                description: 'Of the next page; only where a cursor was sent.',
              },
              Link: {
                schema: { type: 'string' },
                description: 'rel="next": the next page, until the job has ended and all is told.',
              },
            },
            content: {
              'application/json': { schema: { type: 'array', items: { type: 'object' } } },
              'text/csv': {},
              [RESULT_TYPES.xlsx]: {},
              'application/x-ndjson': {},
            },
          },
          ...problems(['unknown_job', 'not_ready', 'invalid_parameter', 'conflict']),
        },
      },
    },
    '/api/jobs/{id}/events': {
      get: {
        operationId: 'jobEvents',
        summary: 'Results and standing as server-sent events; goes on from Last-Event-ID.',
        parameters: [ID, { name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } }],
        responses: {
          200: { description: 'Events.', content: { 'text/event-stream': {} } },
          ...problems(['unknown_job', 'not_ready']),
        },
      },
    },
  }
}

function query(name: string, schema: object): object {
  return { name, in: 'query', required: false, schema }
}
