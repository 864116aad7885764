import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { Problem } from '@/lib/shared/problems/problem'
import type { RedisClient } from '../../../redis/connect'
import { isRedisFailure } from '../../../redis/errors'

/** How long messages wait for their session's stream, in seconds. */
const WAIT_S = 60
/** Characters of all messages that wait in this process; the sessions longest without news go first. */
const MAX_CHARACTERS = 16_000_000
/** Messages that wait for one session; the oldest go first. */
const MAX_MESSAGES = 1000
/** How long a stream stays open after its last message, in milliseconds. */
const IDLE_MS = 1000
/** How often a stream looks for messages of other instances, and of its own, in milliseconds. */
const POLL_MS = 25

/** Messages for the event streams of sessions. */
export interface Sessions {
  add(session: string, messages: readonly object[]): Promise<void>
  /** The messages that wait, as JSON; takes them away. */
  take(session: string): Promise<string[]>
}

/**
 * Where a client sends a call, and where it opens its event stream, may be different instances: with Redis, all of them
 * share the messages.
 */
export function sessions(redis: RedisClient | null): Sessions {
  return redis === null ? inMemory() : inRedis(redis)
}

function inMemory(): Sessions {
  const waiting = new LRUCache<string, string[]>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (texts, session) => texts.reduce((sum, text) => sum + text.length, session.length),
    ttl: 1000 * WAIT_S,
  })
  return {
    async add(session, messages) {
      const texts = messages.map((message) => JSON.stringify(message))
      waiting.set(session, [...(waiting.get(session) ?? []), ...texts].slice(-MAX_MESSAGES))
    },
    async take(session) {
      const texts = waiting.get(session) ?? []
      waiting.delete(session)
      return texts
    },
  }
}

function inRedis(redis: RedisClient): Sessions {
  const key = (session: string) => `vision:gradio:{${session}}`
  return {
    async add(session, messages) {
      await available(redis.rpush(key(session), ...messages.map((message) => JSON.stringify(message))))
      await available(redis.ltrim(key(session), -MAX_MESSAGES, -1))
      await available(redis.expire(key(session), WAIT_S))
    },
    take: async (session) => (await available(redis.lpop(key(session), MAX_MESSAGES))) ?? [],
  }
}

/** @throws Problem `not_ready` if Redis can't be used at the moment */
async function available<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (cause) {
    if (!isRedisFailure(cause)) throw cause
    throw new Problem('not_ready', 'Redis, which the instances share, isn’t available. Try again in a moment.', {
      cause,
    })
  }
}

/** Messages of a session as they come, until none came for a while or `ended` says so. */
export async function* follow(all: Sessions, session: string, ended: () => boolean): AsyncGenerator<string[]> {
  for (let idle = 0; idle < IDLE_MS && !ended(); ) {
    const messages = await all.take(session)
    idle = messages.length > 0 ? 0 : idle + POLL_MS
    if (messages.length > 0) yield messages
    else await sleep(POLL_MS)
  }
}
