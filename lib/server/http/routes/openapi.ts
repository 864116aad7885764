import type { Context } from 'hono'
import { hasOperator } from '../admin'
import { json } from '../json-response'
import { openApiDocument } from '../openapi/document'
import type { AppEnv, Services } from '../services'

/** `GET /api/openapi.json`: the OpenAPI document of the endpoints that this server has. */
export function openApi({ jobs, feedback, training, keys, environment }: Services) {
  const document = openApiDocument({
    jobs: jobs !== null,
    explanations: environment.MAX_EXPLANATIONS > 0,
    streams: environment.ENABLE_BATCH_PROCESSING === 'true',
    feedback: feedback?.mode ?? 'off',
    admin: hasOperator(environment),
    deadLetters: jobs?.deadLetters !== undefined,
    training: training !== null,
    keys: keys !== null,
  })
  return (c: Context<AppEnv>): Response => json(c, document)
}
