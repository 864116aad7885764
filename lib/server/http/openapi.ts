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
} from '@/lib/shared/contract'
import { jobParametersSchema, jobPhotosSchema, jobSchema } from '@/lib/shared/jobs'
import { PROBLEMS, type ProblemCode } from '@/lib/shared/problem'
import { jobPaths } from './jobs/openapi'

const REPLIES = [
  predictionSchema,
  modelRefSchema,
  previewSchema,
  classificationSchema,
  modelInfoSchema,
  labelSchema,
  labelsReplySchema,
  photoRequestSchema,
  modelsReplySchema,
  healthSchema,
  statusSchema,
  jobSchema,
  jobPhotosSchema,
  problemSchema,
]

/** Of jobs and of paths, not of a photo. */
const OTHERS = new Set<ProblemCode>([
  'not_found',
  'method_not_allowed',
  'unknown_job',
  'unauthorized',
  'archive_too_large',
  'conflict',
  'storage_full',
])

const PHOTO_PROBLEMS: ProblemCode[] = [
  'invalid_json',
  'invalid_parameter',
  'url_refused',
  'url_unreachable',
  'too_large',
  'not_an_image',
  'unsupported_format',
  'queue_full',
  'rate_limited',
]

/** The OpenAPI 3.1 description of the API, made from the contract's own schemas. docs/openapi.json is its copy. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vision Object Classifier',
      version: '1',
      description: 'Classifies photos. Errors are RFC 9457 problems with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: {
      '/api/classify': { post: classifyOperation() },
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
      ...jobPaths({ reply, problems: problemReplies, parameters: queryParameters(jobParametersSchema) }),
      '/api/models': { get: getOperation('listModels', 'The models and whether they serve.', 'Models') },
      '/api/models/{model}/labels': {
        get: {
          ...getOperation('listLabels', 'What a model can answer.', 'Labels', ['unknown_model']),
          parameters: [
            { name: 'model', in: 'path', required: true, schema: { type: 'string' }, description: 'Id or type.' },
          ],
        },
      },
      '/api/openapi.json': {
        get: {
          operationId: 'openApi',
          summary: 'This document.',
          responses: {
            200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
      '/health/live': { get: getOperation('live', 'Whether the process answers.', 'Health') },
      '/health/ready': {
        get: getOperation('ready', 'Whether photos may be sent.', 'Health', ['not_ready', 'shutting_down']),
      },
      '/health/status': { get: getOperation('status', 'Models, queue and workers.', 'Status') },
    },
    components: { schemas: componentSchemas() },
  }
}

function classifyOperation(): object {
  const binary = { 'application/octet-stream': {}, 'image/*': {} }
  return {
    operationId: 'classify',
    summary: 'Classify one photo.',
    description: 'The photo is the body itself (any content type), the field `file` of a form, or base64 in JSON.',
    parameters: [
      ...queryParameters(classifyParametersSchema),
      {
        name: 'stream',
        in: 'query',
        required: false,
        schema: { type: 'string', enum: ['1', 'true'] },
        description: 'Take a form of many files and answer with NDJSON, a line a photo as it is done.',
      },
    ],
    requestBody: {
      required: true,
      content: {
        ...binary,
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: ['file'],
            properties: { file: { contentMediaType: 'application/octet-stream' }, ...parameterSchemas() },
          },
        },
        'application/json': { schema: { $ref: '#/components/schemas/ClassifyJson' } },
      },
    },
    responses: {
      200: {
        description: 'The labels of the photo.',
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Classification' } },
          'application/x-ndjson': {},
        },
      },
      ...problemReplies((Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => !OTHERS.has(code))),
    },
  }
}

function getOperation(operationId: string, summary: string, schema: string, problems: ProblemCode[] = []): object {
  return { operationId, summary, responses: { 200: reply(summary, schema), ...problemReplies(problems) } }
}

function reply(description: string, schema: string): object {
  return { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } }
}

/** One reply a status, listing the codes that come with it. */
function problemReplies(codes: ProblemCode[]): Record<number, object> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
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

function parameterSchemas(of: z.ZodType = classifyParametersSchema): Record<string, Record<string, unknown>> {
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
function componentSchemas(): Record<string, object> {
  const uri = (id: string) => `#/components/schemas/${id}`
  const registry = z.registry<{ id: string }>()
  for (const schema of [...REPLIES, classifyJsonSchema]) {
    registry.add(schema, { id: String(schema.meta()?.id) })
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri,
    io: 'output',
    target: 'draft-2020-12',
    // Replies may gain fields, and unknown fields of a request are left alone.
    override: ({ jsonSchema }) => delete jsonSchema.additionalProperties,
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]),
  )
}
