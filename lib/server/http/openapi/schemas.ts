import { z } from 'zod'
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
import { embeddingSchema, embedJsonSchema } from '@/lib/shared/contract/embed'
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

const RESPONSES = [
  predictionSchema,
  modelRefSchema,
  previewSchema,
  classificationSchema,
  embeddingSchema,
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

const SINGLE_PHOTO_REQUESTS: z.ZodObject[] = [classifyJsonSchema, embedJsonSchema, explainJsonSchema]
const REQUESTS = [
  ...SINGLE_PHOTO_REQUESTS,
  photoRequestSchema,
  feedbackRequestSchema,
  changeSchema,
  jobParametersSchema,
]

/** Of the paths for API keys, which not every server has. */
const KEY_REQUESTS: z.ZodObject[] = [createKeySchema, rotateKeySchema]
const KEYS = [apiKeySchema, keysReplySchema, newKeySchema, ...KEY_REQUESTS, usageReplySchema]

/** Properties with a default can be left out of a request. */
function allowDefaults(schema: z.core.JSONSchema.BaseSchema): void {
  schema.required = (schema.required ?? []).filter((name) => {
    const property = schema.properties?.[name]
    return typeof property !== 'object' || property.default === undefined
  })
}

export function parameterSchemas(of: z.ZodType): Record<string, Record<string, unknown>> {
  const schema = z.toJSONSchema(of, { io: 'output', target: 'draft-2020-12' })
  return (schema.properties ?? {}) as Record<string, Record<string, unknown>>
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
      if (KEY_REQUESTS.includes(zodSchema as z.ZodObject)) allowDefaults(jsonSchema)
      else if (!REQUESTS.includes(zodSchema as z.ZodObject)) delete jsonSchema.additionalProperties
      if (zodSchema === changeSchema) {
        const descriptions = ['title', 'purpose', 'license'].map((name) => ({ required: [name] }))
        jsonSchema.oneOf = [{ anyOf: descriptions }, { required: ['revision'] }]
      }
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
