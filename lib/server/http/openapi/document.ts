import { examplesParametersSchema, trainParametersSchema } from '@/lib/shared/contract/custom-models'
import type { FeedbackMode } from '@/lib/shared/contract/feedback'
import { jobParametersSchema } from '@/lib/shared/contract/jobs'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { customModelPaths } from '../custom-models/openapi'
import { jobPaths } from '../jobs/openapi'
import { KEY_SCHEMES, keyPaths } from '../keys/openapi'
import { annotate, TAGS } from './annotate'
import { BINARY } from './binary'
import type { DocumentBuilder } from './builder'
import {
  classifyOperation,
  embedOperation,
  explainOperation,
  feedbackOperation,
  getOperation,
  pageOperation,
  reply,
  votePhotoOperation,
  votesOperation,
} from './operations'
import { BODY_PROBLEMS, COMMON_PROBLEMS, PHOTO_PROBLEMS, problemExamples, problemReplies } from './problems'
import { componentSchemas, parameterSchemas, queryParameters } from './schemas'
import { SECURITY_SCHEMES } from './security'

/** The optional features of a server. The document that it serves omits those it doesn't have. */
interface Features {
  /** Models run on the server. */
  runs: boolean
  jobs: boolean
  explanations: boolean
  /** Many photos per request. */
  streams: boolean
  feedback: FeedbackMode
  /** Endpoints for the operator. */
  admin: boolean
  deadLetters: boolean
  training: boolean
  /** API keys. */
  keys: boolean
  /** Models for browsers. */
  device: boolean
}

const ALL_FEATURES: Features = {
  runs: true,
  jobs: true,
  explanations: true,
  streams: true,
  feedback: 'photos',
  admin: true,
  deadLetters: true,
  training: true,
  keys: true,
  device: true,
}

const MODEL_PARAMETER = {
  name: 'model',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 1 },
  description: 'Id or type of the model.',
}

const maker: DocumentBuilder = {
  reply,
  problems: (codes) => problemReplies([...COMMON_PROBLEMS, ...codes]),
  body: BODY_PROBLEMS,
  parameters: queryParameters(jobParametersSchema),
}

/**
 * The OpenAPI 3.1 document of the API, generated from the schemas of the contract. docs/openapi.json is the document
 * of a server with all features.
 */
export function openApiDocument(features = ALL_FEATURES): object {
  const paths = pathsOf(features)
  annotate(paths, features.keys)
  const tags = new Set(Object.values(paths).flatMap((path) => Object.values(path).flatMap(tagsOf)))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vision Object Classifier',
      version: '1',
      description: 'Classifies photos. Errors are RFC 9457 problem details with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: BASE_PATH || '/' }],
    tags: TAGS.filter(({ name }) => tags.has(name)),
    paths,
    components: {
      schemas: componentSchemas(features),
      examples: problemExamples(),
      securitySchemes: { ...SECURITY_SCHEMES, ...(features.keys && KEY_SCHEMES) },
    },
  }
}

const tagsOf = (operation: unknown) => (operation as { tags: string[] }).tags

function pathsOf(features: Features): Record<string, Record<string, object>> {
  const { '/api/models': training, ...single } = features.training
    ? customModelPaths(maker, {
        train: parameterSchemas(trainParametersSchema),
        examples: parameterSchemas(examplesParametersSchema),
      })
    : { '/api/models': {} }
  return {
    ...(features.runs && runPaths(features)),
    ...(features.jobs && jobPaths(maker, features)),
    ...(features.feedback !== 'off' && {
      '/api/feedback': { post: feedbackOperation(), ...(features.admin && { get: votesOperation() }) },
      ...(features.admin && { '/api/feedback/{id}/photo': { get: votePhotoOperation() } }),
    }),
    '/api/models': {
      get: getOperation('listModels', 'List the models and their status.', 'Models', COMMON_PROBLEMS),
      ...training,
    },
    ...single,
    ...(features.keys && keyPaths(maker)),
    '/api/models/{model}/labels': {
      get: {
        ...getOperation('listLabels', 'List the labels of a model.', 'Labels', [
          ...COMMON_PROBLEMS,
          'unknown_model',
          'not_found',
        ]),
        parameters: [MODEL_PARAMETER],
      },
    },
    ...(features.device && devicePaths()),
    '/api/site': { get: pageOperation('site', 'What pages in front of this server need to know about it.') },
    '/api/gallery': {
      get: pageOperation('gallery', 'The gallery photos with the predictions of the default model.'),
    },
    '/api/openapi.json': {
      get: {
        operationId: 'openApi',
        summary: 'Get this document.',
        responses: {
          200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
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
  }
}

/** What the server does with photos. */
function runPaths({ streams, explanations }: Features): Record<string, Record<string, object>> {
  return {
    '/api/classify': { post: classifyOperation(streams) },
    '/api/embed': { post: embedOperation(streams) },
    ...(explanations && { '/api/explain': { post: explainOperation() } }),
    '/api/photo': {
      post: {
        operationId: 'photo',
        summary: 'Fetch the photo at a URL, for pages that display what they classify.',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/PhotoRequest' } } },
        },
        responses: {
          200: { description: 'The photo.', content: { 'image/*': { schema: BINARY } } },
          ...problemReplies(PHOTO_PROBLEMS),
        },
      },
    },
  }
}

/** What a browser needs to run a model itself. */
function devicePaths(): Record<string, Record<string, object>> {
  const problems: ProblemCode[] = [...COMMON_PROBLEMS, 'unknown_model', 'not_found', 'not_ready']
  const summary = 'Get what a browser needs to run a model itself.'
  return {
    '/api/models/{model}/device': {
      get: { ...getOperation('getDeviceModel', summary, 'DeviceModel', problems), parameters: [MODEL_PARAMETER] },
    },
    '/api/models/{model}/graph': {
      get: {
        operationId: 'getModelGraph',
        summary: 'Download the ONNX file of a model.',
        parameters: [MODEL_PARAMETER],
        responses: {
          200: { description: 'The file.', content: { 'application/octet-stream': {} } },
          ...problemReplies(problems),
        },
      },
    },
  }
}
