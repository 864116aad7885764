import { providePageCookie } from '../auth/page-cookie'
import { SignIn } from '../auth/sign-in'
import type { Environment } from '../config/environment'
import { Lifecycle } from '../host/lifecycle'
import { createFrontApp } from '../http/front-app'
import { type FrontKey, openFrontKey } from '../http/front-key'
import { photoRate } from '../http/photo-rate'
import { PageSessions } from '../keys/page-session'
import type { Log } from '../observe/log'
import { remoteSite } from '../pages/remote-site'
import { pageCookies } from './keys'
import { openMetrics } from './metrics'
import type { Runtime } from './runtime'
import { ownVersion } from './versions'

const NO_LOAD = {
  queue: { photos: 0, limit: 0, bytes: 0, byteLimit: 0 },
  inFlight: 0,
  workers: { ready: 0, wanted: 0, restarts: 0, bytes: 0 },
}

/** The key of the pages, and their sessions, which are the same for all servers with this key. */
function openKey(environment: Environment, url: (path: string) => URL, log: Log): FrontKey | null {
  const { API_KEY } = environment
  if (API_KEY === undefined) return null
  const sessions = new PageSessions(`sessions of pages with ${API_KEY}`)
  providePageCookie(pageCookies({ sessions: async () => sessions }, environment))
  return openFrontKey(API_KEY, url, sessions, log)
}

/** Serves the pages in front of a remote API (`API_URL`), without models, jobs or files. */
export function createFrontRuntime(environment: Environment, api: string, log: Log): Runtime {
  const root = api.endsWith('/') ? api : `${api}/`
  const url = (path: string) => new URL(path, root)
  const key = openKey(environment, url, log)
  const services = {
    environment,
    log,
    key,
    photoRate: photoRate(environment.RATE_LIMIT, null),
    lifecycle: new Lifecycle(),
    metrics: openMetrics(environment, { service: 'web', stats: () => NO_LOAD, build: { version: ownVersion() } }, log),
    signIn: environment.BASIC_AUTH === undefined ? null : new SignIn(environment.BASIC_AUTH, environment.ADMIN_TOKEN),
  }
  return {
    ...services,
    app: createFrontApp(services, url),
    grpc: null,
    site: remoteSite(url),
    settled: async () => ({ ready: true, workers: 0 }),
    release: async () => {},
    close: () => services.metrics.close(),
  }
}
