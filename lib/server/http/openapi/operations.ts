import type { z } from 'zod'
import { classifyParametersSchema } from '@/lib/shared/contract/contract'
import { embedParametersSchema } from '@/lib/shared/contract/embed'
import { explainParametersSchema } from '@/lib/shared/contract/explain'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import { BINARY } from './binary'
import { COMMON_PROBLEMS, PHOTO_OPERATION_PROBLEMS, PHOTO_PROBLEMS, problemReplies } from './problems'
import { omitDefaults, parameterSchemas, queryParameters } from './schemas'

export function classifyOperation(streams: boolean): object {
  return photoOperation({
    operationId: 'classify',
    summary: 'Classify one photo.',
    parameters: classifyParametersSchema,
    stream: streams
      ? 'Accept a form with many files, without preview and crop, and respond with NDJSON: one line per photo as it is done.'
      : null,
    json: 'ClassifyJson',
    result: { description: 'The predictions for the photo.', schema: 'Classification' },
  })
}

export function embedOperation(streams: boolean): object {
  return photoOperation({
    operationId: 'embed',
    summary: 'Embed one photo, or texts: the features that the model’s last layer turns into scores.',
    parameters: embedParametersSchema,
    stream: streams
      ? 'Accept a form with many files, without crop, and respond with NDJSON: one line per photo as it is done.'
      : null,
    json: 'EmbedJson',
    result: {
      description: 'The embedding of the photo, or those of the texts.',
      schema: 'Embedding',
      or: 'TextEmbeddings',
    },
  })
}

export function explainOperation(): object {
  return photoOperation({
    operationId: 'explain',
    summary: 'Explain a label of a photo with a heatmap.',
    parameters: explainParametersSchema,
    stream: 'Respond with NDJSON: progress updates, then the explanation or the problem.',
    json: 'ExplainJson',
    result: { description: 'The explanation.', schema: 'Explanation' },
  })
}

export function feedbackOperation(): object {
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

export function votesOperation(): object {
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

export function votePhotoOperation(): object {
  const parameter = (name: string, place: 'path' | 'query', schema: object) => ({
    name,
    in: place,
    required: true,
    schema,
    description: `The ${name} of the vote.`,
  })
  return {
    operationId: 'getFeedbackPhoto',
    summary: 'Get the photo that was sent with a vote. For the operator (`Authorization: Bearer …`).',
    parameters: [
      parameter('id', 'path', { type: 'string', minLength: 1 }),
      parameter('time', 'query', { type: 'string', format: 'date-time' }),
    ],
    responses: {
      200: { description: 'The photo.', content: { 'image/webp': { schema: BINARY } } },
      ...problemReplies([...COMMON_PROBLEMS, 'not_found', 'method_not_allowed', 'not_ready']),
    },
  }
}

export function pageOperation(operationId: string, summary: string): object {
  const content = { 'application/json': { schema: { type: 'object' } } }
  return {
    operationId,
    summary,
    responses: { 200: { description: summary, content }, ...problemReplies(COMMON_PROBLEMS) },
  }
}

export function getOperation(
  operationId: string,
  summary: string,
  schema: string,
  problems: ProblemCode[] = [],
): object {
  return { operationId, summary, responses: { 200: reply(summary, schema), ...problemReplies(problems) } }
}

export function reply(description: string, schema: string): object {
  return { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } }
}

interface PhotoOperation {
  operationId: string
  summary: string
  parameters: z.ZodType
  /** Description of the `stream` parameter; null if there is none. */
  stream: string | null
  json: string
  /** `or`: of the reply to a request without a photo, if there is one. */
  result: { description: string; schema: string; or?: string }
}

/** An operation on one photo, which can be sent in several ways. */
function photoOperation({ operationId, summary, parameters, stream, json, result }: PhotoOperation): object {
  const file = { ...BINARY, description: 'The photo.' }
  // With many files, the options must come first.
  const properties = { ...omitDefaults(parameterSchemas(parameters)), file }
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
          'application/json': {
            schema: result.or === undefined ? ref(result.schema) : { anyOf: [ref(result.schema), ref(result.or)] },
          },
          'application/x-ndjson': {},
        },
      },
      ...problemReplies(PHOTO_OPERATION_PROBLEMS),
    },
  }
}

const ref = (schema: string) => ({ $ref: `#/components/schemas/${schema}` })

function switchOf(name: string, description: string): object {
  return { name, in: 'query', required: false, schema: { type: 'boolean', default: false }, description }
}
