import { SCOPES, type Scope } from '@/lib/shared/contract/keys'
import type { KeyRecord } from './record'

/**
 * Who sent a request: somebody without a credential, a page of this site, the holder of a key, or the operator with
 * `ADMIN_TOKEN`.
 */
export type Caller =
  | { kind: 'anonymous' | 'page' | 'operator'; scopes: ReadonlySet<Scope> }
  /** `time`: when the key was checked, by the clock that all instances share (milliseconds since 1970). */
  | { kind: 'key'; scopes: ReadonlySet<Scope>; key: KeyRecord; time: number }

const ALL: ReadonlySet<Scope> = new Set(SCOPES)
/** What needs no permission of the operator. Handlers still ask for his token where they did before. */
const PUBLIC: ReadonlySet<Scope> = new Set(SCOPES.filter((scope) => scope !== 'admin'))

export const ANONYMOUS: Caller = { kind: 'anonymous', scopes: PUBLIC }
export const PAGE: Caller = { kind: 'page', scopes: PUBLIC }
export const OPERATOR: Caller = { kind: 'operator', scopes: ALL }

/** The holder of a key. */
export function holderOf(key: KeyRecord, time: number): Caller {
  return { kind: 'key', key, time, scopes: key.scopes.includes('admin') ? ALL : new Set(key.scopes) }
}

/** Whether a caller has the rights of the operator. */
export function isAdmin(caller: Caller | undefined): boolean {
  return caller?.scopes.has('admin') === true
}
