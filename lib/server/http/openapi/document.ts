import { z } from 'zod'
import {
  classificationSchema,
  classifyJsonSchema,
  classifyParametersSchema,
  healthSchema,
  labelSchema,
  labelsReplySchema,
  modelInfoSchema,
  modelRefSchema,
  modelsReplySchema,
  photoRequestSchema,
  predictionSchema,
  previewSchema,
  problemSchema,
  statusSchema,
} from '@/lib/shared/contract/contract'
import { explainJsonSchema, explainParametersSchema, explanationSchema } from '@/lib/shared/contract/explain'
import { type FeedbackMode, feedbackRequestSchema, voteSchema } from '@/lib/shared/contract/feedback'
import { deadLetterSchema, jobParametersSchema, jobPhotosSchema, jobSchema } from '@/lib/shared/contract/jobs'
import { PROBLEMS, type ProblemCode } from '@/lib/shared/problems/problem'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { jobPaths, type Maker } from '../jobs/openapi'

const REPLIES = [
  predictionSchema,
  modelRefSchema,
  previewSchema,
  classificationSchema,
  explanationSchema,
  voteSchema,
  modelInfoSchema,
  labelSchema,
  labelsReplySchema,
  modelsReplySchema,
  healthSchema,
  statusSchema,
  jobSchema,
  deadLetterSchema,
  jobPhotosSchema,
  problemSchema,
]

const SINGLE_PHOTO_REQUESTS: z.ZodObject[] = [classifyJsonSchema, explainJsonSchema]
const REQUESTS = [...SINGLE_PHOTO_REQUESTS, photoRequestSchema, feedbackRequestSchema, jobParametersSchema]

/** Errors of any request under /api/, depending on configuration and timing. */
const COMMON_PROBLEMS: ProblemCode[] = ['invalid_parameter', 'unauthorized', 'forbidden', 'shutting_down']
/** Errors of any request with a body. */
const BODY_PROBLEMS: ProblemCode[] = ['too_slow', 'too_large', 'queue_full', 'invalid_encoding', 'unsupported_encoding']

/** Errors of jobs and routing, not of a single photo. */
const NON_PHOTO_PROBLEMS = new Set<ProblemCode>([
  'malformed_request',
  'headers_too_large',
  'not_found',
  'method_not_allowed',
  'unknown_job',
  'archive_too_large',
  'conflict',
  'storage_full',
])

const PHOTO_PROBLEMS: ProblemCode[] = [
  'invalid_json',
  'url_refused',
  'url_unreachable',
  'not_an_image',
  'unsupported_format',
  'rate_limited',
  ...COMMON_PROBLEMS,
  ...BODY_PROBLEMS,
]

/** The optional features of a server. The document that it serves omits those it doesn't have. */
export interface Features {
  jobs: boolean
  explanations: boolean
  /** Many photos per request. */
  streams: boolean
  feedback: FeedbackMode
  /** Endpoints for the operator. */
  admin: boolean
  deadLetters: boolean
}
const ALL_FEATURES: Features = {
  jobs: true,
  explanations: true,
  streams: true,
  feedback: 'photos',
  admin: true,
  deadLetters: true,
}

/**
 * The OpenAPI 3.1 document of the API, generated from the schemas of the contract. docs/openapi.json is the document
 * of a server with all features.
 */
export function openApiDocument(features = ALL_FEATURES): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vision Object Classifier',
      version: '1',
      description: 'Classifies photos. Errors are RFC 9457 problem details with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...(BASE_PATH !== '' && { servers: [{ url: BASE_PATH }] }),
    paths: {
      '/api/classify': { post: classifyOperation(features) },
      ...(features.explanations && { '/api/explain': { post: explainOperation() } }),
      '/api/photo': {
        post: {
          operationId: 'photo',
          summary: 'Fetch the photo at a URL, for pages that display what they classify.',
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/PhotoRequest' } } },
          },
          responses: {
            200: { description: 'The photo.', content: { 'image/*': {} } },
            ...problemReplies(PHOTO_PROBLEMS),
          },
        },
      },
      ...(features.jobs && jobPaths(maker, features)),
      ...(features.feedback !== 'off' && {
        '/api/feedback': { post: feedbackOperation(), ...(features.admin && { get: votesOperation() }) },
      }),
      '/api/models': {
        get: getOperation('listModels', 'List the models and their status.', 'Models', COMMON_PROBLEMS),
      },
      '/api/models/{model}/labels': {
        get: {
          ...getOperation('listLabels', 'List the labels of a model.', 'Labels', [
            ...COMMON_PROBLEMS,
            'unknown_model',
            'not_found',
          ]),
          parameters: [
            {
              name: 'model',
              in: 'path',
              required: true,
              schema: { type: 'string', minLength: 1 },
              description: 'Id or type of the model.',
            },
          ],
        },
      },
      '/api/site': { get: pageOperation('site', 'What pages in front of this server need to know about it.') },
      '/api/gallery': {
        get: pageOperation('gallery', 'The gallery photos with the predictions of the default model.'),
      },
      '/api/openapi.json': {
        get: {
          operationId: 'openApi',
          summary: 'Get this document.',
          responses: {
            200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
            ...problemReplies(COMMON_PROBLEMS),
          },
        },
      },
      '/health/live': { get: getOperation('live', 'Whether the process responds.', 'Health') },
      '/health/ready': {
        get: getOperation('ready', 'Whether the server is ready for photos.', 'Health', ['not_ready', 'shutting_down']),
      },
      '/health/status': {
        get: getOperation('status', 'Status of models, queue and workers.', 'Status', ['shutting_down']),
      },
    },
    components: { schemas: componentSchemas(features) },
  }
}

function classifyOperation({ streams }: Features): object {
  return photoOperation({
    operationId: 'classify',
    summary: 'Classify one photo.',
    parameters: classifyParametersSchema,
    stream: streams
      ? 'Accept a form with many files, without preview, and respond with NDJSON: one line per photo as it is done.'
      : null,
    json: 'ClassifyJson',
    result: { description: 'The predictions for the photo.', schema: 'Classification' },
  })
}

function explainOperation(): object {
  return photoOperation({
    operationId: 'explain',
    summary: 'Explain a label of a photo with a heatmap.',
    parameters: explainParametersSchema,
    stream: 'Respond with NDJSON: progress updates, then the explanation or the problem.',
    json: 'ExplainJson',
    result: { description: 'The explanation.', schema: 'Explanation' },
  })
}

function pageOperation(operationId: string, summary: string): object {
  const content = { 'application/json': { schema: { type: 'object' } } }
  return {
    operationId,
    summary,
    responses: { 200: { description: summary, content }, ...problemReplies(COMMON_PROBLEMS) },
  }
}

function feedbackOperation(): object {
  return {
    operationId: 'giveFeedback',
    summary: 'Vote on whether a result is right. Only if the server collects feedback (`FEEDBACK`).',
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/FeedbackRequest' } } },
    },
    responses: {
      201: reply('The vote as stored.', 'Vote'),
      ...problemReplies([
        ...PHOTO_PROBLEMS.filter((code) => !code.startsWith('url_')),
        'too_many_pixels',
        'truncated_image',
        'unknown_model',
        'not_found',
        'not_ready',
        'storage_full',
      ]),
    },
  }
}

function votesOperation(): object {
  const format = { name: 'format', in: 'query', required: false, schema: { type: 'string', enum: ['csv', 'ndjson'] } }
  return {
    operationId: 'listFeedback',
    summary: 'Export all votes. For the operator (`Authorization: Bearer …`).',
    parameters: [format],
    responses: {
      200: { description: 'One line per vote.', content: { 'text/csv': {}, 'application/x-ndjson': {} } },
      ...problemReplies([...COMMON_PROBLEMS, 'not_found', 'method_not_allowed', 'not_ready']),
    },
  }
}

interface PhotoOperation {
  operationId: string
  summary: string
  parameters: z.ZodType
  /** Description of the `stream` parameter; null if there is none. */
  stream: string | null
  json: string
  result: { description: string; schema: string }
}

/** An operation on one photo, which can be sent in several ways. */
function photoOperation({ operationId, summary, parameters, stream, json, result }: PhotoOperation): object {
  const file = { contentMediaType: 'application/octet-stream' }
  // With many files, the options must come first.
  const properties = { ...parameterSchemas(parameters), file }
  const form = { type: 'object', required: ['file'], properties, additionalProperties: false }
  return {
    operationId,
    summary,
    description: 'Send the photo as the body (any content type), in the field `file` of a form, or as base64 in JSON.',
    parameters: [...queryParameters(parameters), ...(stream === null ? [] : [switchOf('stream', stream)])],
    requestBody: {
      required: true,
      content: {
        'application/octet-stream': {},
        'image/*': {},
        'multipart/form-data': { schema: form },
        'application/json': { schema: { $ref: `#/components/schemas/${json}` } },
      },
    },
    responses: {
      200: {
        description: result.description,
        content: {
          'application/json': { schema: { $ref: `#/components/schemas/${result.schema}` } },
          'application/x-ndjson': {},
        },
      },
      ...problemReplies((Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => !NON_PHOTO_PROBLEMS.has(code))),
    },
  }
}

function switchOf(name: string, description: string): object {
  return { name, in: 'query', required: false, schema: { type: 'boolean', default: false }, description }
}

function getOperation(operationId: string, summary: string, schema: string, problems: ProblemCode[] = []): object {
  return { operationId, summary, responses: { 200: reply(summary, schema), ...problemReplies(problems) } }
}

function reply(description: string, schema: string): object {
  return { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } }
}

const maker: Maker = {
  reply,
  problems: (codes) => problemReplies([...COMMON_PROBLEMS, ...codes]),
  body: BODY_PROBLEMS,
  parameters: queryParameters(jobParametersSchema),
}

/** One response per status, which lists the codes that use it. */
function problemReplies(codes: readonly ProblemCode[]): Record<number, object> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const [status] = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('\n'),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

function parameterSchemas(of: z.ZodType): Record<string, Record<string, unknown>> {
  const schema = z.toJSONSchema(of, { io: 'output', target: 'draft-2020-12' })
  return (schema.properties ?? {}) as Record<string, Record<string, unknown>>
}

function queryParameters(of: z.ZodType): object[] {
  return Object.entries(parameterSchemas(of)).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema,
  }))
}

/** All schemas with an id, by id, with references between them. */
function componentSchemas({ feedback }: Features): Record<string, object> {
  const uri = (id: string) => `#/components/schemas/${id}`
  const registry = z.registry<{ id: string }>()
  for (const schema of [...REPLIES, ...REQUESTS]) {
    registry.add(schema, { id: String(schema.meta()?.id) })
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri,
    io: 'output',
    target: 'draft-2020-12',
    // Responses may gain fields; requests with unknown fields are refused.
    override: ({ zodSchema, jsonSchema }) => {
      if (!REQUESTS.includes(zodSchema as z.ZodObject)) delete jsonSchema.additionalProperties
      if (SINGLE_PHOTO_REQUESTS.includes(zodSchema as z.ZodObject)) {
        jsonSchema.oneOf = [{ required: ['image'] }, { required: ['url'] }]
      }
      // Options alone create an empty job, so the photos must come from a source or be added later.
      if (zodSchema === jobParametersSchema) {
        const later = { required: ['open'], properties: { open: { const: true } } }
        jsonSchema.anyOf = [later, { required: ['source'] }]
      }
    },
  })
  if (feedback !== 'photos') delete schemas.FeedbackRequest?.properties?.photo
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]),
  )
}
