import type { ApiKey, UsageReply } from '@/lib/shared/contract/keys'
import { underBase } from '@/lib/shared/web/base-path'
import { OFFLINE, parseAnswer, parseFailure } from '../api/failure'

/** How long a change may take. */
const TIMEOUT_MS = 30_000

/** The keys, and what they did in a period. */
export interface LoadedUsage extends UsageReply {
  keys: readonly ApiKey[]
}

/**
 * Loads the use of all keys.
 *
 * @param token the operator's, or a key with the scope `admin`
 * @param from first day, `2026-11-01`
 * @throws Failure, or the signal's reason
 */
export async function loadUsage(token: string, from: string, signal: AbortSignal): Promise<LoadedUsage> {
  const [usage, { keys }] = await Promise.all([
    get<UsageReply>(underBase(`/api/usage?from=${from}`), token, signal),
    get<{ keys: ApiKey[] }>(underBase('/api/keys'), token, signal),
  ])
  return { ...usage, keys }
}

/**
 * Revokes a key for good.
 *
 * @throws Failure
 */
export async function revokeKey(token: string, id: string): Promise<void> {
  await send(underBase(`/api/keys/${id}`), token, { method: 'DELETE', signal: AbortSignal.timeout(TIMEOUT_MS) })
}

async function get<T>(url: string, token: string, signal: AbortSignal): Promise<T> {
  return parseAnswer<T>(await send(url, token, { signal }))
}

async function send(url: string, token: string, init: RequestInit & { signal: AbortSignal }): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(url, { ...init, headers }).catch((error: Error) => {
    // A timeout is as good as no connection.
    if (error.name !== 'TimeoutError') init.signal.throwIfAborted()
    throw OFFLINE
  })
  const text = await response.text()
  if (!response.ok) throw parseFailure(response.status, text, response.headers.get('retry-after'))
  return text
}
