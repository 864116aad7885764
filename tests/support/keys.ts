import { expect } from 'vitest'
import type { ApiKey, CreateKey, NewApiKey, UsageReply } from '@/lib/shared/contract/keys'

export const ADMIN_TOKEN = 'operator-of-the-tests'
export const OPERATOR = { authorization: `Bearer ${ADMIN_TOKEN}` }

/** A key's header. */
export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

/** A credential by the API of keys. */
export async function createKey(url: string, terms: Partial<CreateKey> & { name: string }): Promise<NewApiKey> {
  return managed(url, '/api/keys', 'POST', terms)
}

export const revokeKey = (url: string, id: string) => managed<ApiKey>(url, `/api/keys/${id}`, 'DELETE')

export async function keysOf(url: string): Promise<ApiKey[]> {
  return (await managed<{ keys: ApiKey[] }>(url, '/api/keys', 'GET')).keys
}

export const usageOf = (url: string, query = '') => managed<UsageReply>(url, `/api/usage${query}`, 'GET')

/** A request of the operator that must succeed. */
export async function managed<T>(url: string, path: string, method: string, body?: object): Promise<T> {
  const headers = { ...OPERATOR, ...(body && { 'content-type': 'application/json' }) }
  const reply = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const json = await reply.json()
  expect(reply.ok, JSON.stringify(json)).toBe(true)
  return json as T
}
