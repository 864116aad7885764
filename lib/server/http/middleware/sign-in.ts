import { createMiddleware } from 'hono/factory'
import { Problem } from '@/lib/shared/problems/problem'
import { CHALLENGE } from '../../auth/sign-in'
import type { Caller } from '../../keys/caller'
import { isAdminToken } from '../admin'
import { isPublicApiPath } from '../api-paths'
import { clientAddress } from '../client-address'
import { clientNetwork } from '../client-network'
import { asProblem, problemReply } from '../problem'
import type { AppEnv, Services } from '../services'

/** Paths that need no sign-in: probes, and files that browsers fetch without credentials. */
export function isOpen(path: string): boolean {
  return /^\/(health\/|manifest\.webmanifest$|icons\/|icon\.svg$|apple-icon\.png$)/.test(path)
}

/**
 * With BASIC_AUTH, requires the user name and password. Browsers send them automatically, even for a form of another
 * site, so state-changing requests are accepted only from pages of this site or of CORS_ORIGINS. Programs, which send
 * no Origin, are unaffected.
 */
export function requireSignIn({ signIn, environment }: Pick<Services, 'signIn' | 'environment'>) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (signIn === null || isOpen(c.req.path) || hasCredential(c.get('caller'))) return next()
    // A preflight carries no credentials and has no effect.
    if (c.req.method === 'OPTIONS') return next()
    try {
      await signIn.check(c.req.header('authorization'), clientNetwork(clientAddress(c, environment.TRUST_PROXY)))
      requireOwnPage(c.req.raw, environment.CORS_ORIGINS)
    } catch (error) {
      const problem = asProblem(error)
      return problemReply(c, problem, problem.code === 'unauthorized' ? { 'www-authenticate': CHALLENGE } : {})
    }
    return next()
  })
}

/**
 * With PUBLIC_API=false, the API serves only the pages of this site, as browsers report their origin, and the
 * operator. Programs can forge that: this prevents accidental use, not an attack.
 */
export function requireOwnPages({ environment: { PUBLIC_API, ADMIN_TOKEN } }: Pick<Services, 'environment'>) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (PUBLIC_API === 'true' || !isPublicApiPath(c.req.path)) return next()
    const authorization = c.req.header('authorization')
    if (hasCredential(c.get('caller'))) return next()
    // Browsers send the BASIC_AUTH password in the same header.
    if (ADMIN_TOKEN !== undefined && /^bearer /i.test(authorization ?? '')) {
      if (!isAdminToken(authorization, ADMIN_TOKEN))
        return problemReply(c, new Problem('unauthorized', 'This token isn’t the operator’s.'))
    } else if (!fromOwnPage(c.req.raw.headers)) {
      return problemReply(c, new Problem('forbidden', 'The API of this server is reserved for its own pages.'))
    }
    return next()
  })
}

/** A key or the operator's token stands in place of the password. */
function hasCredential(caller: Caller | undefined): boolean {
  return caller?.kind === 'key' || caller?.kind === 'operator'
}

/** Whether a browser says that a page of this site sends the request. */
export function fromOwnPage(headers: Headers): boolean {
  if (headers.get('sec-fetch-site') === 'same-origin') return true
  // Browsers don't send it over plain HTTP.
  const from = headers.get('origin') ?? headers.get('referer')
  return from !== null && hostOf(from) === headers.get('host')
}

/** @throws Problem `forbidden` */
export function requireOwnPage({ method, headers }: Request, allowed: readonly string[]): void {
  if (method === 'GET' || method === 'HEAD') return
  const origin = headers.get('origin')
  if (origin === null) {
    const site = headers.get('sec-fetch-site')
    if (site === null || site === 'same-origin' || site === 'none') return
  } else if (hostOf(origin) === headers.get('host') || allowed.includes(origin) || allowed.includes('*')) return
  throw new Problem(
    'forbidden',
    'Only pages of this site may send this request. Ask the operator to add your origin to CORS_ORIGINS.',
  )
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host
  } catch {
    return null
  }
}
