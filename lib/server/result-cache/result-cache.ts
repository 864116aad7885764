import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Classification } from '@/lib/shared/contract/contract'
import type { ClassifyOptions, Engine } from '../engine/types'
import type { RedisClient } from '../redis/connect'

export interface AnswerCacheOptions {
  /** Of this process's memory. */
  bytes: number
  /** Where all instances keep them too. */
  redis?: RedisClient | undefined
}

/** What an answer is without the request that it was given to. */
type Answer = Omit<Classification, 'request_id' | 'timings'>

/** An answer is shared for so long. Redis has to hold them all: photos a second × this × a kilobyte. */
const SHARED_S = 600
/** Redis is asked no longer than a photo takes. */
const REDIS_MS = 20

/**
 * Answers of the engine by the photo's digest, the model's revision and the options: the same photo is not run again. In memory the latest, as many as there is
 * room for; behind that in Redis, for all instances. Neither can fail a request: what is not found is run.
 */
export class ResultCache {
  private readonly memory: LRUCache<string, string>

  constructor(
    private readonly engine: Engine,
    private readonly options: AnswerCacheOptions,
  ) {
    this.memory = new LRUCache({
      maxSize: options.bytes,
      sizeCalculation: (text, key) => 2 * (text.length + key.length),
    })
  }

  /** As the engine's, and whether the answer was there. */
  async classify(
    image: Uint8Array,
    options: ClassifyOptions,
    signal?: AbortSignal,
  ): Promise<{ result: Classification; hit: boolean }> {
    const start = performance.now()
    const key = this.keyOf(image, options)
    const known = key === null ? null : await this.find(key)
    if (known !== null) {
      const total_ms = performance.now() - start
      const timings = { queue_ms: 0, decode_ms: 0, run_ms: 0, total_ms }
      return { result: { request_id: options.requestId ?? '', ...known, timings }, hit: true }
    }
    const result = await this.engine.classify(image, options, signal)
    // The model may have been replaced meanwhile: kept is only what the key says.
    if (key?.endsWith(result.model.revision)) this.keep(key, result)
    return { result, hit: false }
  }

  /** Null where the answer is not to be kept. What is wrong with the options the engine says. */
  private keyOf(image: Uint8Array, { model: name, topK, threshold = 0, preview }: ClassifyOptions): string | null {
    const model = this.engine
      .models()
      .find((each) => (name === undefined ? each.default : name === each.id || name === each.type))
    if (!model || preview) return null
    const digest = createHash('sha256').update(image).digest('base64url')
    return `${digest}:${Math.min(topK, model.classes)}:${threshold}:${model.id}:${model.revision}`
  }

  private async find(key: string): Promise<Answer | null> {
    const text = this.memory.get(key) ?? (await this.shared(key))
    return text === null ? null : (JSON.parse(text) as Answer)
  }

  private async shared(key: string): Promise<string | null> {
    const { redis } = this.options
    if (redis?.status !== 'ready') return null
    const late = new Promise<null>((resolve) => setTimeout(resolve, REDIS_MS, null))
    const text = await Promise.race([redis.get(sharedKey(key)).catch(() => null), late])
    if (text !== null) this.memory.set(key, text)
    return text
  }

  private keep(key: string, { request_id: _id, timings: _timings, ...answer }: Classification): void {
    const text = JSON.stringify(answer)
    this.memory.set(key, text)
    const { redis } = this.options
    if (redis?.status === 'ready') redis.set(sharedKey(key), text, 'EX', SHARED_S).catch(() => {})
  }
}

/** Without the hash tag of the jobs: a cluster may spread these. */
function sharedKey(key: string): string {
  return `vision:answer:${key}`
}
