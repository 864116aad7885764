import type { Context } from 'hono'
import { hasOperator } from '../admin'
import { json } from '../json-response'
import { openApiDocument } from '../openapi/document'
import type { AppEnv, Services } from '../services'

/**
 * `GET /api/openapi.json`: the OpenAPI document of the endpoints that this server has. It is made for the first request:
 * that takes a twentieth of the time of a server's start.
 */
export function openApi(services: Services) {
  let document: object | undefined
  return (c: Context<AppEnv>): Response => {
    document ??= documentOf(services)
    return json(c, document)
  }
}

function documentOf({ jobs, feedback, training, keys, environment }: Services): object {
  return openApiDocument({
    runs: environment.INFERENCE !== 'browser',
    jobs: jobs !== null,
    explanations: environment.MAX_EXPLANATIONS > 0,
    streams: environment.ENABLE_BATCH_PROCESSING === 'true',
    feedback: feedback?.mode ?? 'off',
    admin: hasOperator(environment),
    deadLetters: jobs?.deadLetters !== undefined,
    training: training !== null,
    keys: keys !== null,
    device: environment.INFERENCE !== 'server',
  })
}
