import type { IncomingMessage } from 'node:http'
import type { Handler, Hono } from 'hono'
import type { Problem } from '@/lib/shared/problems/problem'
import type { SignIn } from '../auth/sign-in'
import type { Environment } from '../config/environment'
import type { CustomModelService } from '../custom-models/service'
import type { Engine } from '../engine/types'
import type { Feedback } from '../feedback/feedback'
import type { Lifecycle } from '../host/lifecycle'
import type { JobBackend } from '../jobs/backend'
import type { JobChecks } from '../jobs/check/job-checks'
import type { Caller } from '../keys/caller'
import type { CachedResults } from '../keys/permitted-engine'
import type { KeyService } from '../keys/service'
import type { Log } from '../observe/log'
import type { Metrics } from '../observe/metrics'
import type { RedisClient } from '../redis/connect'
import type { Inference } from './dialects/oip/inference'
import type { MemoryBudget } from './memory-budget'
import type { PhotoRate } from './photo-rate'

/** The dependencies of the routes. */
export interface Services {
  /** With keys, it runs photos only for a caller who may have them run: see `withGrant`. */
  engine: Engine
  /** Batch jobs; null if they are turned off. */
  jobs: JobBackend | null
  /** Checks of the photos of jobs; null if jobs are turned off. */
  checks: JobChecks | null
  /** Training of custom models; null if it is turned off. */
  training: CustomModelService | null
  /** Feedback from visitors; null if it is turned off. */
  feedback: Feedback | null
  /** The result cache; null if it is turned off. */
  resultCache: CachedResults | null
  /** The Redis that instances share; null if this one runs alone. */
  redis: RedisClient | null
  /** The photos that each client sent lately. */
  photoRate: PhotoRate
  /** All uploads that are read into memory share one budget. */
  uploads: MemoryBudget
  /** What the Open Inference Protocol offers, over HTTP and gRPC. */
  inference: Inference
  /** Checks credentials; null if no sign-in is required. */
  signIn: SignIn | null
  /** The keys of the API; null if they are turned off. */
  keys: KeyService | null
  environment: Environment
  lifecycle: Lifecycle
  log: Log
  metrics: Metrics
  version: string
}

/** An error as the clients of a path expect it. */
export interface ErrorReply {
  status: number
  body: object
}

/** What the host adds to a Web-standard Request. */
interface HostBindings {
  incoming?: IncomingMessage
}

export type AppEnv = {
  Bindings: HostBindings
  Variables: {
    requestId: string
    problem: string | undefined
    model: string | undefined
    /** Who sent the request; undefined if there are no keys. */
    caller: Caller | undefined
    /** The key that this request is sent on with, to an API elsewhere. */
    frontKey: string | undefined
    /** The form of errors that the clients of a path expect; `problem+json` if undefined. */
    errorReply: ((problem: Problem) => ErrorReply) | undefined
  }
}
export type App = Hono<AppEnv>

/** The handler of a method. Mark one that takes query parameters with `withQuery`; all others refuse them. */
export type Endpoint = Handler<AppEnv> | { withQuery: Handler<AppEnv> }
export type Endpoints = Record<string, Endpoint>
