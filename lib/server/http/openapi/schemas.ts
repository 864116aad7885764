import * as z from 'zod'
import { checkReportSchema, jobCheckSchema, similarJsonSchema, similarPhotosSchema } from '@/lib/shared/contract/check'
import {
  classificationSchema,
  classifyJsonSchema,
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
import { changeSchema } from '@/lib/shared/contract/custom-models'
import { deviceModelSchema } from '@/lib/shared/contract/device'
import { embeddingSchema, embedJsonSchema, textEmbeddingsSchema } from '@/lib/shared/contract/embed'
import { explainJsonSchema, explanationSchema } from '@/lib/shared/contract/explain'
import { type FeedbackMode, feedbackRequestSchema, voteSchema } from '@/lib/shared/contract/feedback'
import { deadLetterSchema, jobParametersSchema, jobPhotosSchema, jobSchema } from '@/lib/shared/contract/jobs'
import {
  apiKeySchema,
  createKeySchema,
  keysReplySchema,
  newKeySchema,
  rotateKeySchema,
  usageReplySchema,
} from '@/lib/shared/contract/keys'
import { QUALITY_ISSUES } from '@/lib/shared/dataset-check/quality'
import { UNCERTAIN_REASONS } from '@/lib/shared/metrics/uncertainty'
import type { ResultRow } from '@/lib/shared/results/columns'

const RESPONSES = [
  predictionSchema,
  modelRefSchema,
  previewSchema,
  classificationSchema,
  embeddingSchema,
  textEmbeddingsSchema,
  explanationSchema,
  voteSchema,
  modelInfoSchema,
  labelSchema,
  labelsReplySchema,
  modelsReplySchema,
  deviceModelSchema,
  healthSchema,
  statusSchema,
  jobSchema,
  deadLetterSchema,
  jobPhotosSchema,
  checkReportSchema,
  jobCheckSchema,
  similarPhotosSchema,
  problemSchema,
]

const SINGLE_PHOTO_REQUESTS: z.ZodObject[] = [classifyJsonSchema, embedJsonSchema, explainJsonSchema, similarJsonSchema]
/** Those that may have a text in place of a photo. */
const TEXT_REQUESTS: z.ZodObject[] = [embedJsonSchema, similarJsonSchema]
const REQUESTS = [
  ...SINGLE_PHOTO_REQUESTS,
  photoRequestSchema,
  feedbackRequestSchema,
  changeSchema,
  jobParametersSchema,
]

/** Bodies of requests, whose unknown fields are refused. */
const BODIES = new Set<unknown>([...REQUESTS, createKeySchema, rotateKeySchema])

/** Of the paths for API keys, which not every server has. */
const KEYS = [apiKeySchema, keysReplySchema, newKeySchema, createKeySchema, rotateKeySchema, usageReplySchema]

export function parameterSchemas(of: z.ZodType): Record<string, Record<string, unknown>> {
  const { $defs = {}, ...root } = z.toJSONSchema(of, { io: 'output', target: 'draft-2020-12' })
  // A schema with an id is a reference to its definition.
  const schema = $defs[root.$ref?.replace('#/$defs/', '') ?? ''] ?? root
  return (schema.properties ?? {}) as Record<string, Record<string, unknown>>
}

/**
 * Options that a body can have instead of the query. Only those of the query have defaults: some generated clients send
 * every default, and would send it twice.
 */
export function omitDefaults<S extends object | boolean>(schemas: Record<string, S>): Record<string, S> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { default: _, ...rest } = schema as { default?: unknown }
      return [name, rest as S]
    }),
  )
}

export function queryParameters(of: z.ZodType): object[] {
  return Object.entries(parameterSchemas(of)).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema,
  }))
}

/** All schemas with an id, by id, with references between them. */
export function componentSchemas({
  feedback,
  keys,
}: {
  feedback: FeedbackMode
  keys: boolean
}): Record<string, object> {
  const uri = (id: string) => `#/components/schemas/${id}`
  const registry = z.registry<{ id: string }>()
  for (const schema of [...RESPONSES, ...REQUESTS, ...(keys ? KEYS : [])]) {
    registry.add(schema, { id: String(schema.meta()?.id) })
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri,
    io: 'output',
    target: 'draft-2020-12',
    // Responses may gain fields; requests with unknown fields are refused.
    override: ({ zodSchema, jsonSchema }) => {
      if (!BODIES.has(zodSchema)) delete jsonSchema.additionalProperties
      else jsonSchema.required = withoutDefaults(jsonSchema)
      // Generators of clients don't know tuples: openapi-python-client refuses the whole document.
      const [first] = jsonSchema.prefixItems ?? []
      if (first) {
        jsonSchema.items = first
        delete jsonSchema.prefixItems
      }
      if (zodSchema === changeSchema) {
        const descriptions = ['title', 'purpose', 'license'].map(has)
        jsonSchema.allOf = [{ oneOf: [{ anyOf: descriptions }, has('revision')] }]
      }
      if (SINGLE_PHOTO_REQUESTS.includes(zodSchema as z.ZodObject)) {
        const texts = TEXT_REQUESTS.includes(zodSchema as z.ZodObject) ? [has('text')] : []
        jsonSchema.allOf = [{ oneOf: [has('image'), has('url'), ...texts] }]
        jsonSchema.properties = omitDefaults(jsonSchema.properties ?? {})
      }
      // Options alone create an empty job, so the photos must come from a source or be added later.
      if (zodSchema === jobParametersSchema) {
        const later = { required: ['open'], properties: { open: { const: true } } }
        jsonSchema.anyOf = [later, { required: ['source'] }]
      }
    },
  })
  if (feedback !== 'photos') delete schemas.FeedbackRequest?.properties?.photo
  return {
    ...Object.fromEntries(
      Object.entries(schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema]),
    ),
    PhotoResult: PHOTO_RESULT,
  }
}

/**
 * A condition on an object. It stands within `allOf`, because generators of clients would take a plain `oneOf` for types
 * of which they know nothing.
 */
const has = (name: string) => ({ required: [name] })

/** The required properties of a request: those without a default. */
function withoutDefaults({ required = [], properties = {} }: z.core.JSONSchema.BaseSchema): string[] {
  return required.filter((name) => !Object.hasOwn(properties[name] as object, 'default'))
}

const nullable = (type: string, rest: object = {}) => ({ type: [type, 'null'], ...rest })

/** A line of a stream or of a job's results, which have the chosen columns only. docs/results.md describes them. */
const PHOTO_RESULT = {
  type: 'object',
  description: 'The result of one photo of many.',
  properties: {
    index: { type: 'integer', minimum: 0, description: 'Position of the photo in its form or job.' },
    file: { type: 'string' },
    status: { type: 'string', enum: ['ok', 'failed'] },
    label: nullable('string'),
    score: nullable('number', { minimum: 0, maximum: 1 }),
    top_labels: { type: 'array', items: { type: 'string' } },
    top_scores: { type: 'array', items: { type: 'number' } },
    uncertain: nullable('boolean'),
    uncertain_reason: nullable('string', { enum: [...UNCERTAIN_REASONS, null] }),
    width: nullable('integer'),
    height: nullable('integer'),
    bytes: nullable('integer'),
    sha256: nullable('string'),
    model: { type: 'string' },
    revision: { type: 'string' },
    ms: nullable('number', { description: 'Milliseconds from the complete photo to its result.' }),
    error_code: nullable('string'),
    error: nullable('string'),
    near_copy_of: nullable('string', { description: 'This and the following only for jobs with a check.' }),
    copy_group: nullable('integer'),
    label_issue: nullable('number'),
    suggested_label: nullable('string'),
    quality: { type: 'array', items: { type: 'string', enum: [...QUALITY_ISSUES] } },
    labels: {
      type: 'array',
      items: { type: 'string' },
      description: 'All labels that apply, best first. This and the following only for a multi-label model.',
    },
    label_scores: { type: 'array', items: { type: 'number' } },
  } satisfies Partial<Record<keyof ResultRow, object>>,
}
