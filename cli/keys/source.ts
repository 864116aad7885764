import { readEnvironment } from '@/lib/server/config/environment'
import { createLog } from '@/lib/server/observe/log'
import { openKeyService } from '@/lib/server/runtime/keys'
import { openRedis } from '@/lib/server/runtime/redis'
import type { ApiKey, CreateKey, NewApiKey } from '@/lib/shared/contract/keys'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'
import { serverAt } from '../program/server-url'

/** Where the keys are: the storage of this environment, or a running server. */
export interface KeySource {
  list(): Promise<ApiKey[]>
  create(terms: CreateKey): Promise<NewApiKey>
  revoke(id: string): Promise<ApiKey>
  rotate(id: string, graceHours: number): Promise<NewApiKey>
}

export interface SourceOptions {
  server?: string
  token?: string
}

/**
 * Uses the keys of a server, or those in `DATA_DIR`, or in `BUCKET` with `REDIS_URL`, as a server started here would.
 *
 * @throws Failure
 */
export async function withKeys<T>({ server, token }: SourceOptions, use: (keys: KeySource) => Promise<T>): Promise<T> {
  if (server !== undefined) return use(keysOf(server, token))
  const environment = readEnvironment()
  const log = createLog({ LOG_LEVEL: 'error', ENVIRONMENT: undefined })
  const redis = await openRedis(environment, log)
  try {
    const keys = await openKeyService(environment, redis, log)
    return await use(keys)
  } catch (error) {
    throw error instanceof Problem ? failureOf(error.code, error.detail) : error
  } finally {
    redis?.disconnect()
  }
}

function keysOf(server: string, token: string | undefined): KeySource {
  const { origin, url, headers } = serverAt(server, token)
  async function request<T>(path: string, method: string, body?: object): Promise<T> {
    const reply = await fetch(url(path), {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: Error) => {
      throw new Failure(EXIT.unreachable, `No server responded at ${origin}: ${error.message}.`)
    })
    if (reply.ok) return (await reply.json()) as T
    const { code, detail } = (await reply.json().catch(() => ({}))) as Partial<ProblemDetails>
    throw failureOf(code ?? String(reply.status), detail ?? reply.statusText)
  }
  const path = (id: string) => `api/keys/${encodeURIComponent(id)}`
  return {
    list: async () => (await request<{ keys: ApiKey[] }>('api/keys', 'GET')).keys,
    create: (terms) => request('api/keys', 'POST', terms),
    revoke: (id) => request(path(id), 'DELETE'),
    rotate: (id, grace_hours) => request(`${path(id)}/rotate`, 'POST', { grace_hours }),
  }
}

function failureOf(code: string, detail: string): Failure {
  return new Failure(code === 'not_found' ? EXIT.notFound : EXIT.failed, `${code}: ${detail}`)
}
