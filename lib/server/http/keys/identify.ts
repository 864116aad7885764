import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { ANONYMOUS, type Caller, OPERATOR, PAGE } from '../../keys/caller'
import type { KeyService } from '../../keys/service'
import { isAdminToken } from '../admin'
import { clientAddress } from '../client-address'
import type { AppEnv, Services } from '../services'
import { authenticator } from './authenticator'
import { keyOf } from './credentials'
import { isFromPage } from './from-page'

/**
 * Finds out who sent a request, and counts what holders of keys do. With `API_KEYS=required`, somebody without a
 * credential can only use what is open to everybody.
 */
export function identify(services: Services, keys: KeyService) {
  const { environment } = services
  const { ADMIN_TOKEN, TRUST_PROXY } = environment
  const authenticate = authenticator(services, keys)

  async function callerOf(c: Context<AppEnv>): Promise<Caller> {
    const token = keyOf(c)
    if (token !== null) return holder(c, token)
    if (ADMIN_TOKEN !== undefined && isAdminToken(c.req.header('authorization'), ADMIN_TOKEN)) return OPERATOR
    if (!keys.required) return ANONYMOUS
    return (await isFromPage(c, () => keys.sessions())) ? PAGE : ANONYMOUS
  }

  function holder(c: Context<AppEnv>, token: string): Promise<Caller> {
    const [address, origin] = [clientAddress(c, TRUST_PROXY), c.req.header('origin')]
    return authenticate(token, { address, origin, onHolder: (caller) => c.set('caller', caller) })
  }

  return createMiddleware<AppEnv>(async (c, next) => {
    if (c.req.method !== 'OPTIONS') {
      try {
        c.set('caller', await callerOf(c))
      } catch (error) {
        countRequest(keys, c, true)
        throw error
      }
    }
    await next()
    countRequest(keys, c, c.res.status >= 400)
  })
}

function countRequest(keys: KeyService, c: Context<AppEnv>, isError: boolean): void {
  const caller = c.get('caller')
  if (caller?.kind === 'key') keys.count(caller.key, { requests: 1, errors: isError ? 1 : 0 }, caller.time)
}
