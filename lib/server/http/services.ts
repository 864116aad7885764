import type { IncomingMessage } from 'node:http'
import type { Handler, Hono } from 'hono'
import type { SignIn } from '../auth/sign-in'
import type { Environment } from '../config/environment'
import type { Engine } from '../engine/types'
import type { Feedback } from '../feedback/feedback'
import type { Lifecycle } from '../host/lifecycle'
import type { JobBackend } from '../jobs/backend'
import type { Log } from '../observe/log'
import type { Metrics } from '../observe/metrics'
import type { RedisClient } from '../redis/connect'
import type { ResultCache } from '../result-cache/result-cache'

/** What the routes stand on. */
export interface Services {
  engine: Engine
  /** Batch jobs; null where they are switched off. */
  jobs: JobBackend | null
  /** What visitors say of answers; null where none is kept. */
  feedback: Feedback | null
  /** Answers that were given before; null where none are kept. */
  answers: ResultCache | null
  /** What all instances share; null where this one is alone. */
  redis: RedisClient | null
  /** Who may come in; null where everybody may. */
  signIn: SignIn | null
  environment: Environment
  lifecycle: Lifecycle
  log: Log
  metrics: Metrics
  version: string
}

/** What the host knows of a request and a Web-standard Request does not. */
export interface HostBindings {
  incoming?: IncomingMessage
}

export type AppEnv = {
  Bindings: HostBindings
  Variables: { requestId: string; problem: string | undefined; model: string | undefined }
}
export type App = Hono<AppEnv>

/** What answers at a path, by method. One that takes parameters of the address is marked by `withQuery`: every other refuses them. */
export type Endpoint = Handler<AppEnv> | { withQuery: Handler<AppEnv> }
export type Endpoints = Record<string, Endpoint>
