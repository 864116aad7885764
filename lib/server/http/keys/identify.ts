import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { Problem } from '@/lib/shared/problems/problem'
import { ANONYMOUS, type Caller, holderOf, OPERATOR, PAGE } from '../../keys/caller'
import type { KeyService } from '../../keys/service'
import { isAdminToken } from '../admin'
import { clientAddress } from '../client-address'
import { clientCounter } from '../middleware/fallback-limiter'
import { clientNetwork } from '../middleware/rate-limit'
import { fromOwnPage } from '../middleware/sign-in'
import type { AppEnv, Services } from '../services'
import { keyOf } from './credentials'

/** Wrong keys that a network may send in a minute. Nobody can guess one, so this only saves work and lines in the log. */
const WRONG_KEYS = 20
const WINDOW_SECONDS = 60

/**
 * Finds out who sent a request, and counts what holders of keys do. With `API_KEYS=required`, somebody without a
 * credential can only use what is open to everybody.
 */
export function identify(services: Services, keys: KeyService) {
  const { environment, redis } = services
  const { ADMIN_TOKEN, TRUST_PROXY } = environment
  const count = clientCounter('vision:keys:wrong', { points: WRONG_KEYS, duration: WINDOW_SECONDS }, redis)

  /** @throws Problem `rate_limited` in place of the problem with the key */
  async function refuse(network: string, problem: unknown): Promise<never> {
    if (!(problem instanceof Problem) || problem.code !== 'invalid_key') throw problem
    const { allowed, state } = await count(network)
    if (allowed) throw problem
    const seconds = Math.ceil(state.msBeforeNext / 1000)
    throw new Problem('rate_limited', `Too many wrong keys. Try again in ${seconds} s.`, { retryAfterSeconds: seconds })
  }

  async function callerOf(c: Context<AppEnv>): Promise<Caller> {
    const token = keyOf(c)
    if (token !== null) return await holder(c, token)
    if (ADMIN_TOKEN !== undefined && isAdminToken(c.req.header('authorization'), ADMIN_TOKEN)) return OPERATOR
    if (!keys.required) return ANONYMOUS
    return (await isPage(c)) ? PAGE : ANONYMOUS
  }

  async function holder(c: Context<AppEnv>, token: string): Promise<Caller> {
    const network = networkOf(c)
    // Right keys of the same network still work: people behind one address have nothing to do with each other.
    const [key, now] = await keys.registry.authenticate(token).catch((problem) => refuse(network, problem))
    const caller = holderOf(key, now)
    c.set('caller', caller)
    const origin = c.req.header('origin')
    if (key.origins.length > 0 && (origin === undefined || !key.origins.includes(origin)))
      throw new Problem('origin_not_allowed', `This key is for pages of ${key.origins.join(', ')}.`)
    return caller
  }

  /** Only paths that the pages use: a session is no way around a key for other clients. */
  async function isPage(c: Context<AppEnv>): Promise<boolean> {
    if (!c.req.path.startsWith('/api/') || !fromOwnPage(c.req.raw.headers)) return false
    const cookie = c.req.header('cookie')
    return cookie !== undefined && (await keys.sessions()).isValid(cookie, Date.now())
  }

  const networkOf = (c: Context<AppEnv>) => clientNetwork(clientAddress(c, TRUST_PROXY))

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
