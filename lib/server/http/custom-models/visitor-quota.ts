import type { Context } from 'hono'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../../config/environment'
import type { TrainingLimits } from '../../custom-models/service'
import { isOperator } from '../admin'
import { clientAddress } from '../client-address'
import { clientNetwork } from '../client-network'
import { type Consume, clientCounter } from '../middleware/fallback-limiter'
import type { AppEnv, Services } from '../services'

const DAY_SECONDS = 86_400

/** What a visitor may still train. */
export interface VisitorAllowance extends TrainingLimits {
  /** Maximum bytes of an upload. */
  bytes: number
  /** @throws Problem `rate_limited` */
  takeModel(): Promise<void>
  /** After a training that failed. */
  returnModel(): Promise<void>
  /** @throws Problem `rate_limited` */
  takeBytes(count: number): Promise<void>
}

/**
 * Limits what each visitor trains per day, with TRAINING=visitors. Only numbers are kept, with the client's network, for
 * a day: models don't tell who trained them. Returns a function that gives the allowance of the client of a request;
 * null if it has no limits.
 */
export function visitorQuota({
  environment,
  redis,
}: Pick<Services, 'environment' | 'redis'>): (c: Context<AppEnv>) => VisitorAllowance | null {
  if (environment.TRAINING !== 'visitors') return () => null
  const { TRAINING_VISITOR_MODELS: models, TRAINING_VISITOR_BYTES: bytes, TRUST_PROXY } = environment
  const countModels = clientCounter('vision:train:models', { points: models, duration: DAY_SECONDS }, redis)
  const countBytes = clientCounter('vision:train:bytes', { points: bytes, duration: DAY_SECONDS }, redis)
  return (c) => {
    // The operator has no limits, and a key has its own.
    if (isOperator(c, environment) || c.get('caller')?.kind === 'key') return null
    const client = clientNetwork(clientAddress(c, TRUST_PROXY))
    return {
      ...limitsOf(environment),
      bytes,
      async takeModel() {
        await take(countModels, client, 1, `You can train ${models} models per day on this server.`)
      },
      async returnModel() {
        await countModels(client, -1)
      },
      async takeBytes(count) {
        const limit = `You can train on ${formatBytes(bytes)} of photos per day on this server.`
        await take(countBytes, client, count, limit)
      },
    }
  }
}

function limitsOf({ TRAINING_VISITOR_LABELS, TRAINING_VISITOR_PHOTOS }: Environment): TrainingLimits {
  return { labels: TRAINING_VISITOR_LABELS, photos: TRAINING_VISITOR_PHOTOS }
}

/** @throws Problem `rate_limited`; what was refused doesn't count */
async function take(count: Consume, client: string, points: number, limit: string): Promise<void> {
  const { allowed, state } = await count(client, points)
  if (allowed) return
  await count(client, -points)
  throw exhausted(limit, state.msBeforeNext)
}

function exhausted(limit: string, msBeforeNext: number): Problem {
  const minutes = Math.ceil(msBeforeNext / 60_000)
  const time = minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`
  return new Problem('rate_limited', `${limit} Try again in ${time}.`, {
    retryAfterSeconds: Math.ceil(msBeforeNext / 1000),
  })
}
