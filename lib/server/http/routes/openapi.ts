import type { Context } from 'hono'
import { json } from '../json-reply'
import { openApiDocument } from '../openapi'
import type { AppEnv } from '../services'

/** `GET /api/openapi.json`: the description of this API. */
export function openApi() {
  const document = openApiDocument()
  return (c: Context<AppEnv>): Response => json(c, document)
}
