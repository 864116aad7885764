import {
  cleanedLabelsParametersSchema,
  similarParametersSchema,
  vectorsParametersSchema,
} from '@/lib/shared/contract/check'
import { BINARY } from '../openapi/binary'
import type { DocumentBuilder } from '../openapi/builder'
import { PHOTO_OPERATION_PROBLEMS } from '../openapi/problems'
import { queryParameters } from '../openapi/schemas'

const VECTORS =
  'A safetensors file: `vectors` int8 [photos, dimensions], `scales` float32 [photos], `indices` int32 [photos], which are the positions of the photos in the job. Values times the scale are the square roots of an embedding, with length 1. The metadata `photos` is the number of photos with a vector.'

/** The paths of checks, and of similar photos. @param id the parameter with the job's ID */
export function checkPaths({ reply, problems, body }: DocumentBuilder, id: object): Record<string, object> {
  const similar = { 200: reply('The photos.', 'SimilarPhotos') }
  return {
    '/api/jobs/{id}/check': {
      get: {
        operationId: 'jobCheck',
        summary: 'Get what was found about the photos of a job: copies, labels that look wrong, low quality.',
        parameters: [id],
        responses: { 200: reply('The check.', 'JobCheck'), ...problems(['unknown_job', 'not_ready', 'conflict']) },
      },
      post: {
        operationId: 'checkJob',
        summary:
          'Set the labels of a job’s photos: from a labels file, or by folder without one. A job that is done is checked again.',
        parameters: [id],
        requestBody: { required: false, content: { 'text/csv': { schema: { type: 'string' } } } },
        responses: {
          202: reply('The check has begun, or begins when the job is done.', 'JobCheck'),
          ...problems([
            'unknown_job',
            'not_ready',
            'conflict',
            'rate_limited',
            'storage_full',
            'invalid_parameter',
            ...body,
          ]),
        },
      },
    },
    '/api/jobs/{id}/cleaned-labels': {
      get: {
        operationId: 'cleanedLabels',
        summary: 'Get a labels file of the photos of a job, without copies.',
        parameters: [id, ...queryParameters(cleanedLabelsParametersSchema)],
        responses: {
          200: {
            description: 'Columns: file, label, and split if the data set is divided.',
            content: { 'text/csv': {} },
          },
          ...problems(['unknown_job', 'not_ready', 'conflict', 'invalid_parameter']),
        },
      },
    },
    '/api/jobs/{id}/vectors': {
      get: {
        operationId: 'jobVectors',
        summary: 'Get the vectors that similar photos of a job are found by, to draw a map of them.',
        parameters: [id, ...queryParameters(vectorsParametersSchema)],
        responses: {
          200: {
            description: VECTORS,
            content: { 'application/octet-stream': { schema: BINARY } },
          },
          ...problems(['unknown_job', 'not_ready', 'conflict', 'invalid_parameter']),
        },
      },
    },
    '/api/jobs/{id}/similar': {
      get: {
        operationId: 'similarPhotos',
        summary: 'Find the photos of a job that are most similar to one of them.',
        parameters: [id, ...queryParameters(similarParametersSchema).map(requireFile)],
        responses: {
          ...similar,
          ...problems(['unknown_job', 'not_ready', 'not_found', 'conflict', 'invalid_parameter']),
        },
      },
      post: {
        operationId: 'similarToPhoto',
        summary: 'Find the photos of a job that are most similar to another photo, or that fit a text best.',
        parameters: [id, ...queryParameters(similarParametersSchema.omit({ file: true }))],
        requestBody: {
          required: true,
          content: {
            'application/octet-stream': {},
            'image/*': {},
            'application/json': { schema: { $ref: '#/components/schemas/SimilarJson' } },
            'multipart/form-data': {
              schema: { type: 'object', required: ['file'], properties: { file: BINARY }, additionalProperties: false },
            },
          },
        },
        responses: {
          ...similar,
          ...problems([...PHOTO_OPERATION_PROBLEMS, 'unknown_job', 'conflict', 'not_found']),
        },
      },
    },
  }
}

function requireFile(parameter: object): object {
  return 'name' in parameter && parameter.name === 'file' ? { ...parameter, required: true } : parameter
}
