import { ZIP_ENCODINGS } from '@/lib/shared/files/zip-names'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import { JSON_COLUMN, RESULT_TYPES } from '@/lib/shared/results/columns'
import { BINARY } from '../openapi/binary'
import type { DocumentBuilder } from '../openapi/builder'
import { checkPaths } from './check-openapi'
import { DEFAULT_PAGE_ROWS, MAX_CURSOR_LENGTH, MAX_PAGE_ROWS } from './page'
import { CHOICE } from './results'

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
  'model_not_allowed',
  'quota_exceeded',
  'storage_full',
]
const UNIQUE = 'Skip photos whose names the job already has, so that an upload can safely be sent again.'
const FORMAT =
  'Output format. By default it follows the Accept header, else json. xlsx is an Excel workbook. parquet has the embeddings, if the job keeps them.'
const CURSOR =
  'Empty for the first page, then the last X-Next-Cursor. Rows come in the order in which photos finish, each once.'
const OFFSET =
  'Index of the first photo. Cannot be combined with a cursor. While the job runs, earlier photos may finish later.'
const LIMIT = `Maximum number of rows. With a cursor: ${DEFAULT_PAGE_ROWS} by default, ${MAX_PAGE_ROWS} at most.`
const ONE_COLUMN = `(${CHOICE.join('|')})`
const COLUMNS = `^${ONE_COLUMN}(,${ONE_COLUMN}){0,${CHOICE.length - 1}}$`
const ZIP_NAMES = 'Encoding of file names in a ZIP that do not declare theirs.'
const ID = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 1 },
  description: 'ID of the job. It cannot be guessed: anyone who has it can read and end the job.',
}
/** A header with the column, and at least one more line. */
const CSV = '^(file,)?url(,file)?\\r?\\n[A-Za-z0-9]'
const MAX_INDEX = 999_999_999

const BODY = {
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['files'],
        properties: { files: { type: 'array', minItems: 1, items: BINARY } },
        additionalProperties: false,
      },
    },
    'application/zip': {},
    'text/csv': {
      schema: {
        type: 'string',
        pattern: CSV,
        description: 'Columns: url, and optionally file for the name in the results.',
      },
    },
  },
}

const OPTIONS = { schema: { $ref: '#/components/schemas/JobOptions' } }

/** The paths of batch jobs. */
export function jobPaths(
  builder: DocumentBuilder,
  { admin, deadLetters }: { admin: boolean; deadLetters: boolean },
): Record<string, object> {
  const { reply, problems, body, parameters } = builder
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
    summary: `${summary}, for the operator (\`Authorization: Bearer …\`).`,
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
        summary: 'Create a job from many photos: files in a form, a ZIP, or a CSV of URLs.',
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
          200: reply('The job that was created with this key before.', 'Job'),
          ...problems(['unknown_model', 'not_ready', ...UPLOAD]),
        },
      },
      ...(admin && { get: forOperator('listJobs', 'All jobs', 'jobs', 'Job') }),
    },
    ...(admin &&
      deadLetters && {
        '/api/dead-letters': {
          get: forOperator('listDeadLetters', 'Dead letters: work that failed too often', 'dead_letters', 'DeadLetter'),
        },
      }),
    '/api/jobs/{id}': {
      get: {
        operationId: 'job',
        summary: 'Get a job.',
        parameters: [ID],
        responses: { 200: reply('The job.', 'Job'), ...problems(['unknown_job', 'not_ready']) },
      },
      delete: {
        operationId: 'deleteJob',
        summary: 'Delete a job and its results.',
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
        summary: 'List the photo names of a job, at most 10,000 at a time, fewer if they are long.',
        parameters: [ID, query('offset', { type: 'integer', minimum: 0, maximum: MAX_INDEX, default: 0 })],
        responses: {
          200: reply('Names.', 'JobPhotos'),
          ...problems(['unknown_job', 'not_ready', 'invalid_parameter']),
        },
      },
    },
    '/api/jobs/{id}/pause': action(
      'pauseJob',
      'Pause a job. Photos in flight finish; no others start until it is resumed.',
    ),
    '/api/jobs/{id}/resume': action('resumeJob', 'Resume a paused job.'),
    '/api/jobs/{id}/close': action('closeJob', 'Close a job to new photos. It ends when all of its photos are done.'),
    '/api/jobs/{id}/cancel': action('cancelJob', 'Cancel a job. Results so far are kept.'),
    '/api/jobs/{id}/retry': action('retryFailed', 'Run the failed photos again.', ['conflict']),
    '/api/jobs/{id}/results': {
      get: {
        operationId: 'jobResults',
        summary: 'Get the results so far: all in the order of the photos, or page by page with a cursor.',
        parameters: [
          ID,
          query('format', { type: 'string', enum: ['json', 'csv', 'xlsx', 'ndjson', 'parquet'], description: FORMAT }),
          query('columns', {
            type: 'string',
            pattern: COLUMNS,
            description: `Comma-separated list of ${CHOICE.join(',')}. ${JSON_COLUMN} is only in JSON and NDJSON.`,
          }),
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
                description: 'Cursor of the next page. Only sent if the request had a cursor.',
              },
              Link: {
                schema: { type: 'string' },
                description: 'rel="next": the next page. Absent once the job has ended and this is the last page.',
              },
            },
            content: {
              'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/PhotoResult' } } },
              'text/csv': {},
              [RESULT_TYPES.xlsx]: { schema: BINARY },
              'application/x-ndjson': {},
              'application/vnd.apache.parquet': { schema: BINARY },
            },
          },
          ...problems(['unknown_job', 'not_ready', 'invalid_parameter', 'conflict']),
        },
      },
    },
    ...checkPaths(builder, ID),
    '/api/jobs/{id}/events': {
      get: {
        operationId: 'jobEvents',
        summary: 'Stream results and changes of the job as server-sent events. Resumes from Last-Event-ID.',
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
