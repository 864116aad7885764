import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Classification } from '@/lib/shared/contract/contract'
import { formatCrop } from '@/lib/shared/crop/crop'
import type { ClassifyOptions, Engine } from '../engine/types'
import type { RedisClient } from '../redis/connect'

export interface ResultCacheOptions {
  /** Memory limit in this process. */
  bytes: number
  /** The cache that all instances share. */
  redis?: RedisClient | undefined
}

/** A result without the parts that belong to its request. */
type CachedResult = Omit<Classification, 'request_id' | 'timings'>

/** Lifetime in Redis, in seconds. Redis must hold photos per second × this × a kilobyte. */
const SHARED_TTL_S = 600
/** How long to wait for Redis: no longer than classifying takes (milliseconds). */
const REDIS_TIMEOUT_MS = 20

/**
 * Caches results by the photo's digest, the model revision and the options, so that the same photo isn't run again.
 * The latest results are in memory, up to a size limit, and behind that in Redis for all instances. Neither can fail a
 * request: a miss runs the model.
 */
export class ResultCache {
  private readonly memory: LRUCache<string, string>

  constructor(
    private readonly engine: Engine,
    private readonly options: ResultCacheOptions,
  ) {
    this.memory = new LRUCache({
      maxSize: options.bytes,
      sizeCalculation: (text, key) => 2 * (text.length + key.length),
    })
  }

  /** Like the engine's `classify`; also returns whether the result was cached. */
  async classify(
    image: Uint8Array,
    options: ClassifyOptions,
    signal?: AbortSignal,
  ): Promise<{ result: Classification; hit: boolean }> {
    const start = performance.now()
    const key = this.keyOf(image, options)
    const cached = key === null ? null : await this.find(key)
    if (cached !== null) {
      const total_ms = performance.now() - start
      const timings = { queue_ms: 0, decode_ms: 0, run_ms: 0, total_ms }
      return { result: { request_id: options.requestId ?? '', ...cached, timings }, hit: true }
    }
    const result = await this.engine.classify(image, options, signal)
    // The model may have been replaced meanwhile, so only a result of the revision in the key is cached.
    if (key?.endsWith(result.model.revision)) this.store(key, result)
    return { result, hit: false }
  }

  /** Null if the result isn't cacheable. The engine reports invalid options. */
  private keyOf(
    image: Uint8Array,
    { model: name, topK, threshold = 0, preview, crop }: ClassifyOptions,
  ): string | null {
    const model = this.engine
      .models()
      .find((each) => (name === undefined ? each.default : name === each.id || name === each.type))
    if (!model || preview) return null
    const digest = createHash('sha256').update(image).digest('base64url')
    const area = crop ? formatCrop(crop) : ''
    return `${digest}:${Math.min(topK, model.classes)}:${threshold}:${area}:${model.id}:${model.revision}`
  }

  private async find(key: string): Promise<CachedResult | null> {
    const text = this.memory.get(key) ?? (await this.findShared(key))
    return text === null ? null : (JSON.parse(text) as CachedResult)
  }

  private async findShared(key: string): Promise<string | null> {
    const { redis } = this.options
    if (redis?.status !== 'ready') return null
    const late = new Promise<null>((resolve) => setTimeout(resolve, REDIS_TIMEOUT_MS, null))
    const text = await Promise.race([redis.get(sharedKey(key)).catch(() => null), late])
    if (text !== null) this.memory.set(key, text)
    return text
  }

  private store(key: string, { request_id: _id, timings: _timings, ...answer }: Classification): void {
    const text = JSON.stringify(answer)
    this.memory.set(key, text)
    const { redis } = this.options
    if (redis?.status === 'ready') redis.set(sharedKey(key), text, 'EX', SHARED_TTL_S).catch(() => {})
  }
}

/** Without the hash tag of the jobs, so that a cluster can distribute these keys. */
function sharedKey(key: string): string {
  return `vision:answer:${key}`
}
