import { usageParametersSchema } from '@/lib/shared/contract/keys'
import type { ProblemCode } from '@/lib/shared/problems/problem'
import type { DocumentBuilder } from '../openapi/builder'
import { queryParameters } from '../openapi/schemas'

const ID = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 1 },
  description: 'ID of the key: the 12 digits after `vk_`.',
}
/** What may go wrong where the keys are stored. */
const STORAGE: ProblemCode[] = ['not_ready', 'storage_full']
const BODY: ProblemCode[] = ['invalid_json', 'conflict', ...STORAGE]

/** How clients send a key. */
export const KEY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key (`API_KEYS`), or the `ADMIN_TOKEN`.' },
  header: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key (`API_KEYS`).' },
}

/** The paths of keys and their use, for the operator. */
export function keyPaths({ reply, problems, body }: DocumentBuilder): Record<string, object> {
  const request = (schema: string, required: boolean) => ({
    required,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  })
  return {
    '/api/keys': {
      get: {
        operationId: 'listKeys',
        summary: 'List all API keys, revoked ones included. For the operator.',
        responses: { 200: reply('The keys, the newest first.', 'ApiKeys'), ...problems(STORAGE) },
      },
      post: {
        operationId: 'createKey',
        summary: 'Create an API key. For the operator.',
        requestBody: request('CreateKey', true),
        responses: {
          201: reply('The key. Its secret is not shown again.', 'NewApiKey'),
          ...problems([...BODY, ...body]),
        },
      },
    },
    '/api/keys/{id}': {
      delete: {
        operationId: 'revokeKey',
        summary: 'Revoke an API key: every instance refuses it from the next request on. For the operator.',
        parameters: [ID],
        responses: { 200: reply('The key.', 'ApiKey'), ...problems(['not_found', 'conflict', ...STORAGE]) },
      },
    },
    '/api/keys/{id}/rotate': {
      post: {
        operationId: 'rotateKey',
        summary: 'Give an API key another secret. For the operator.',
        parameters: [ID],
        requestBody: request('RotateKey', false),
        responses: {
          200: reply('The key with its new secret, which is not shown again.', 'NewApiKey'),
          ...problems(['not_found', ...BODY, ...body]),
        },
      },
    },
    '/api/usage': {
      get: {
        operationId: 'usage',
        summary: 'What each API key did, by day. For the operator.',
        parameters: queryParameters(usageParametersSchema),
        responses: {
          200: {
            description: 'Days and keys without requests are left out.',
            content: {
              'application/json': { schema: { $ref: '#/components/schemas/Usage' } },
              'text/csv': {},
            },
          },
          ...problems(STORAGE),
        },
      },
    },
  }
}
