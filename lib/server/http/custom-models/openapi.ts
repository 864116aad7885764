import type { ProblemCode } from '@/lib/shared/problems/problem'
import { BINARY } from '../openapi/binary'
import type { DocumentBuilder } from '../openapi/builder'

const MODEL = {
  name: 'model',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 1 },
  description: 'ID of the custom model.',
}
const STREAM = {
  name: 'stream',
  in: 'query',
  required: false,
  schema: { type: 'boolean', default: false },
  description: 'Respond with NDJSON: lines with progress, then one with the result or the problem.',
}
const REPLACE = {
  name: 'replace',
  in: 'query',
  required: false,
  schema: { type: 'boolean', default: false },
  description: 'Whether the examples replace the known ones.',
}
const MULTI_LABEL = {
  name: 'multi_label',
  in: 'query',
  required: false,
  schema: { type: 'boolean' },
  description: 'Whether a photo may have several labels, or none. By default as before; changes need replace.',
}
const JOB = {
  name: 'job',
  in: 'query',
  required: false,
  schema: { type: 'string' },
  description: 'ID of a job that is done and has embeddings: its photos are learned from. Then no body is needed.',
}
const EXAMPLE = {
  type: 'object',
  required: ['embedding'],
  oneOf: [{ required: ['label'] }, { required: ['labels'] }],
  properties: {
    label: { type: 'string', minLength: 1, maxLength: 100 },
    labels: {
      type: 'array',
      maxItems: 1000,
      items: { type: 'string', minLength: 1, maxLength: 100 },
      description: 'With multi_label: all labels of the photo, which may be none.',
    },
    embedding: {
      oneOf: [
        { type: 'array', minItems: 1, items: { type: 'number' } },
        { type: 'string', minLength: 4, contentEncoding: 'base64' },
      ],
      description: 'From `POST /api/embed`: numbers, or their bytes as float32, little-endian.',
    },
    kinds: {
      oneOf: [
        { type: 'array', minItems: 1, items: { type: 'number', minimum: 0, maximum: 1 } },
        { type: 'string', minLength: 4, contentEncoding: 'base64' },
        { type: 'null' },
      ],
      description: 'From `POST /api/embed?kinds=true`. With them, a model is more accurate from few photos.',
    },
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'Of the photo’s bytes.' },
  },
}
const MODEL_INFO = { $ref: '#/components/schemas/ModelInfo' }
const EVALUATION = {
  type: 'object',
  description: 'How good the model is: labels, a report on photos that were held out, and examples to look at again.',
}
const SKIPPED = {
  type: 'array',
  items: {
    type: 'object',
    required: ['file', 'code', 'detail'],
    properties: { file: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } },
  },
  description: 'Photos that were left out, and why.',
}
const WARNINGS = { type: 'array', items: { type: 'string' } }
const HISTORY = {
  type: 'array',
  items: {
    type: 'object',
    required: ['revision', 'time'],
    properties: { revision: { type: 'string' }, time: { type: 'string' } },
  },
  description: 'Revisions that can be restored, oldest first.',
}
/** What only a custom model has. */
const CUSTOM_ONLY = { evaluation: { ...EVALUATION, type: ['object', 'null'] }, history: HISTORY }
const EXAMPLES = { type: 'array', minItems: 1, items: EXAMPLE }
const PHOTOS =
  'Photos named label/photo.jpg, or with a labels file; a ZIP of them; or examples.safetensors with their embeddings.'

/** What may be wrong with examples, besides what may be wrong with any request with a body. */
const TRAINING: ProblemCode[] = [
  'empty_body',
  'no_file',
  'unknown_job',
  'invalid_json',
  'url_refused',
  'too_many_files',
  'archive_too_large',
  'conflict',
  'rate_limited',
  'not_found',
  'unknown_model',
  'not_ready',
  'storage_full',
]
const CHANGE: ProblemCode[] = ['conflict', 'not_found', 'invalid_json', 'not_ready', 'storage_full', 'rate_limited']

/** The paths of training, and of single models. */
export function customModelPaths(
  { problems, body }: DocumentBuilder,
  options: { train: object; examples: object },
): Record<string, object> {
  const requestBody = (properties: object) => ({
    required: false,
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          anyOf: [{ required: ['photos'] }, { required: ['job'] }],
          properties: {
            ...properties,
            photos: {
              type: 'array',
              minItems: 1,
              items: BINARY,
              description: PHOTOS,
            },
          },
          additionalProperties: false,
        },
      },
      'application/json': {
        schema: {
          type: 'object',
          anyOf: [{ required: ['examples'] }, { required: ['job'] }],
          properties: { ...properties, examples: EXAMPLES },
          additionalProperties: false,
        },
      },
    },
  })
  const saved = {
    201: {
      description: 'The model, how good it is, and the photos that were left out.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['model', 'evaluation', 'skipped', 'warnings'],
            properties: { model: MODEL_INFO, evaluation: EVALUATION, skipped: SKIPPED, warnings: WARNINGS },
          },
        },
      },
    },
    200: { description: 'With `stream`: progress, then the result.', content: { 'application/x-ndjson': {} } },
    ...problems([...TRAINING, ...body]),
  }
  const model = (description: string, codes: ProblemCode[], more: object = {}) => ({
    200: {
      description,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['model'],
            properties: { model: MODEL_INFO, ...more },
          },
        },
      },
    },
    ...problems(codes),
  })
  return {
    '/api/models/{model}': {
      get: {
        operationId: 'getModel',
        summary: 'Get a model; for a custom one also how good it is, and its revisions.',
        parameters: [MODEL],
        responses: model('The model.', ['unknown_model', 'not_found', 'not_ready', 'storage_full'], CUSTOM_ONLY),
      },
      patch: {
        operationId: 'changeModel',
        summary: 'Describe a custom model anew, or restore an earlier revision.',
        parameters: [MODEL],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/CustomModelChange' } } },
        },
        responses: model('The model.', [...CHANGE, ...body]),
      },
      delete: {
        operationId: 'deleteModel',
        summary: 'Delete a custom model with all its revisions.',
        parameters: [MODEL],
        responses: { 204: { description: 'Deleted.' }, ...problems(CHANGE) },
      },
    },
    '/api/models/{model}/examples': {
      post: {
        operationId: 'addExamples',
        summary: 'Train a custom model again with more examples.',
        parameters: [MODEL, REPLACE, MULTI_LABEL, JOB, STREAM],
        requestBody: requestBody(options.examples),
        responses: saved,
      },
    },
    '/api/models/{model}/files/{name}': {
      get: {
        operationId: 'getModelFile',
        summary: 'Download a file of a custom model, or of its export as ONNX. Only who may train gets its examples.',
        parameters: [
          MODEL,
          {
            name: 'name',
            in: 'path',
            required: true,
            schema: {
              type: 'string',
              enum: [
                'config.json',
                'head.safetensors',
                'examples.safetensors',
                'evaluation.json',
                'README.md',
                'model.onnx',
                'labels.txt',
                'preprocessing.json',
                'classify.py',
              ],
            },
          },
        ],
        responses: {
          200: { description: 'The file.', content: { '*/*': {} } },
          ...problems([
            'not_found',
            'unknown_model',
            'not_ready',
            'too_large',
            'storage_full',
            'unauthorized',
            'forbidden',
          ]),
        },
      },
    },
    '/api/models': {
      post: {
        operationId: 'trainModel',
        summary: 'Train a custom model on labeled photos or embeddings.',
        parameters: [JOB, STREAM],
        requestBody: requestBody(options.train),
        responses: saved,
      },
    },
  }
}
