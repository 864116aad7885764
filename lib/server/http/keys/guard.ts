import type { MiddlewareHandler } from 'hono'
import type { Scope } from '@/lib/shared/contract/keys'
import { Problem } from '@/lib/shared/problems/problem'
import { ANONYMOUS, type Caller } from '../../keys/caller'
import { requireScope, withGrant } from '../../keys/permission'
import type { KeyService } from '../../keys/service'
import type { AppEnv } from '../services'
import { hasToken } from './credentials'
import { type Access, accessOf } from './route-access'

/** Lets a route's handler run only for callers who may use it, and with their rights. */
export function guard(keys: Pick<KeyService, 'required'>, method: string, path: string): MiddlewareHandler<AppEnv> {
  const access = accessOf(method, path)
  return async (c, next) => {
    const caller = c.get('caller') ?? ANONYMOUS
    requireAllowed(keys, caller, access, hasToken(c.req.header('authorization'), c.req.header('x-api-key')))
    return withGrant(caller, purposeOf(access), next)
  }
}

/** The scope that a path needs; null if it needs none. */
export function purposeOf(access: Access): Scope | null {
  return access === 'open' || access === 'any' ? null : access
}

/**
 * Requires that a caller may use what has this access.
 *
 * @param hasToken whether the request has a token, such as a mistyped key or one of another service
 * @throws Problem `key_required`, `invalid_key`, `unauthorized`, `insufficient_scope`
 */
export function requireAllowed(
  keys: Pick<KeyService, 'required'>,
  caller: Caller,
  access: Access,
  hasToken: boolean,
): void {
  if (keys.required && caller.kind === 'anonymous' && access !== 'open') throw keyRequired(hasToken)
  requireAccess(caller, access)
}

/** @throws Problem `unauthorized`, `insufficient_scope` */
function requireAccess(caller: Caller, access: Access): void {
  if (access === 'open' || access === 'any') return
  if (access === 'admin' && (caller.kind === 'anonymous' || caller.kind === 'page'))
    throw new Problem(
      'unauthorized',
      'This endpoint is for the operator. Send a key with the scope admin, or the ADMIN_TOKEN.',
    )
  requireScope(caller, access)
}

function keyRequired(hasToken: boolean): Problem {
  if (hasToken) return new Problem('invalid_key', 'The token of this request isn’t a key of this server.')
  const how = 'Send it in the header Authorization: Bearer <key>.'
  return new Problem('key_required', `This server requires an API key. ${how}`)
}
