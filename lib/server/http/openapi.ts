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
import { type DocumentBuilder, jobPaths } from './jobs/openapi'

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

const OF_A_PHOTO: z.ZodObject[] = [classifyJsonSchema, explainJsonSchema]
const REQUESTS = [...OF_A_PHOTO, photoRequestSchema, feedbackRequestSchema, jobParametersSchema]

/** What any request below /api/ may meet, by how the server is set up and when it comes. */
const ANYWHERE: ProblemCode[] = ['invalid_parameter', 'unauthorized', 'forbidden', 'shutting_down']
/** And any that has a body. */
const WITH_BODY: ProblemCode[] = ['too_slow', 'too_large', 'queue_full', 'invalid_encoding', 'unsupported_encoding']

/** Of jobs and of paths, not of a photo. */
const OTHERS = new Set<ProblemCode>([
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
  ...ANYWHERE,
  ...WITH_BODY,
]

/** What a server may have or not: the description that it serves leaves out what it has not. */
export interface Offers {
  jobs: boolean
  explanations: boolean
  /** Many photos in one request. */
  streams: boolean
  feedback: FeedbackMode
  /** What is for the operator. */
  admin: boolean
  deadLetters: boolean
}
const EVERYTHING: Offers = {
  jobs: true,
  explanations: true,
  streams: true,
  feedback: 'photos',
  admin: true,
  deadLetters: true,
}

/** The OpenAPI 3.1 description of the API, made from the contract's own schemas. docs/openapi.json is what a server says that has everything. */
export function openApiDocument(offers = EVERYTHING): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vision Object Classifier',
      version: '1',
      description: 'Classifies photos. Errors are RFC 9457 problems with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...(BASE_PATH !== '' && { servers: [{ url: BASE_PATH }] }),
    paths: {
      '/api/classify': { post: classifyOperation(offers) },
      ...(offers.explanations && { '/api/explain': { post: explainOperation() } }),
      '/api/photo': {
        post: {
          operationId: 'photo',
          summary: 'The photo at an address, for pages that must show what they classify.',
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
      ...(offers.jobs && jobPaths(maker, offers)),
      ...(offers.feedback !== 'off' && {
        '/api/feedback': { post: feedbackOperation(), ...(offers.admin && { get: votesOperation() }) },
      }),
      '/api/models': { get: getOperation('listModels', 'The models and whether they serve.', 'Models', ANYWHERE) },
      '/api/models/{model}/labels': {
        get: {
          ...getOperation('listLabels', 'What a model can answer.', 'Labels', [
            ...ANYWHERE,
            'unknown_model',
            'not_found',
          ]),
          parameters: [
            {
              name: 'model',
              in: 'path',
              required: true,
              schema: { type: 'string', minLength: 1 },
              description: 'Id or type.',
            },
          ],
        },
      },
      '/api/site': { get: pageOperation('site', 'What pages in front of this server must know of it.') },
      '/api/gallery': {
        get: pageOperation('gallery', 'The pictures of the gallery with the answers of the default model.'),
      },
      '/api/openapi.json': {
        get: {
          operationId: 'openApi',
          summary: 'This document.',
          responses: {
            200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
            ...problemReplies(ANYWHERE),
          },
        },
      },
      '/health/live': { get: getOperation('live', 'Whether the process answers.', 'Health') },
      '/health/ready': {
        get: getOperation('ready', 'Whether photos may be sent.', 'Health', ['not_ready', 'shutting_down']),
      },
      '/health/status': { get: getOperation('status', 'Models, queue and workers.', 'Status', ['shutting_down']) },
    },
    components: { schemas: componentSchemas(offers) },
  }
}

function classifyOperation({ streams }: Offers): object {
  return photoOperation({
    operationId: 'classify',
    summary: 'Classify one photo.',
    parameters: classifyParametersSchema,
    stream: streams
      ? 'Take a form of many files, without preview, and answer with NDJSON, a line a photo as it is done.'
      : null,
    json: 'ClassifyJson',
    result: { description: 'The labels of the photo.', schema: 'Classification' },
  })
}

function explainOperation(): object {
  return photoOperation({
    operationId: 'explain',
    summary: 'What a label of a photo rests on, as a map.',
    parameters: explainParametersSchema,
    stream: 'Answer with NDJSON: the progress as it goes on, then the explanation or the problem.',
    json: 'ExplainJson',
    result: { description: 'The map.', schema: 'Explanation' },
  })
}

function pageOperation(operationId: string, summary: string): object {
  const content = { 'application/json': { schema: { type: 'object' } } }
  return { operationId, summary, responses: { 200: { description: summary, content }, ...problemReplies(ANYWHERE) } }
}

function feedbackOperation(): object {
  return {
    operationId: 'giveFeedback',
    summary: 'Say whether an answer is right. Only where the server asks for it (`FEEDBACK`).',
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/FeedbackRequest' } } },
    },
    responses: {
      201: reply('The vote as it is kept.', 'Vote'),
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
    summary: 'All votes; for the operator (`Authorization: Bearer …`).',
    parameters: [format],
    responses: {
      200: { description: 'A line a vote.', content: { 'text/csv': {}, 'application/x-ndjson': {} } },
      ...problemReplies([...ANYWHERE, 'not_found', 'method_not_allowed', 'not_ready']),
    },
  }
}

interface PhotoOperation {
  operationId: string
  summary: string
  parameters: z.ZodType
  /** What it does; null where there is none. */
  stream: string | null
  json: string
  result: { description: string; schema: string }
}

/** An operation on one photo, which comes in any of the ways. */
function photoOperation({ operationId, summary, parameters, stream, json, result }: PhotoOperation): object {
  const file = { contentMediaType: 'application/octet-stream' }
  // Where many are sent, the options have to come first.
  const properties = { ...parameterSchemas(parameters), file }
  const form = { type: 'object', required: ['file'], properties, additionalProperties: false }
  return {
    operationId,
    summary,
    description: 'The photo is the body itself (any content type), the field `file` of a form, or base64 in JSON.',
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
      ...problemReplies((Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => !OTHERS.has(code))),
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

const maker: DocumentBuilder = {
  reply,
  problems: (codes) => problemReplies([...ANYWHERE, ...codes]),
  body: WITH_BODY,
  parameters: queryParameters(jobParametersSchema),
}

/** One reply a status, listing the codes that come with it. */
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

/** Every schema that has an id, by it, with references between them. */
function componentSchemas({ feedback }: Offers): Record<string, object> {
  const uri = (id: string) => `#/components/schemas/${id}`
  const registry = z.registry<{ id: string }>()
  for (const schema of [...REPLIES, ...REQUESTS]) {
    registry.add(schema, { id: String(schema.meta()?.id) })
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri,
    io: 'output',
    target: 'draft-2020-12',
    // Replies may gain fields; of a request, names that mean nothing are refused.
    override: ({ zodSchema, jsonSchema }) => {
      if (!REQUESTS.includes(zodSchema as z.ZodObject)) delete jsonSchema.additionalProperties
      if (OF_A_PHOTO.includes(zodSchema as z.ZodObject)) {
        jsonSchema.oneOf = [{ required: ['image'] }, { required: ['url'] }]
      }
      // Options alone make a job of no photos, so these have to come from somewhere, or later.
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
