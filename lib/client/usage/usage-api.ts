import type { ApiKey, UsageReply } from '@/lib/shared/contract/keys'
import { underBase } from '@/lib/shared/web/base-path'
import { OFFLINE, parseAnswer, parseFailure } from '../api/failure'

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

async function get<T>(url: string, token: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal }).catch(() => {
    signal.throwIfAborted()
    throw OFFLINE
  })
  const text = await response.text()
  if (!response.ok) throw parseFailure(response.status, text, response.headers.get('retry-after'))
  return parseAnswer<T>(text)
}
