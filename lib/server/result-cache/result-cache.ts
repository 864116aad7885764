import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Classification, ModelInfo } from '@/lib/shared/contract/contract'
import { formatCrop } from '@/lib/shared/crop/crop'
import { fromBase64, toBase64 } from '../embeddings/vector'
import type { ClassifyOptions, Embedding, EmbedOptions, Engine, RunOptions } from '../engine/types'
import type { RedisClient } from '../redis/connect'

export interface ResultCacheOptions {
  /** Memory limit in this process. */
  bytes: number
  /** The cache that all instances share. */
  redis?: RedisClient | undefined
}

/** A result, with the parts that belong to its request. */
type Result = Pick<Classification, 'request_id' | 'timings'> & { model: { revision: string } }
/** How the rest of a result is stored. */
interface Format<R extends Result> {
  write(result: Omit<R, 'request_id' | 'timings'>): string
  read(text: string): Omit<R, 'request_id' | 'timings'>
}

const CLASSIFICATION: Format<Classification> = { write: JSON.stringify, read: JSON.parse }
const EMBEDDING: Format<Embedding> = {
  write: (result) =>
    JSON.stringify({ ...result, embedding: toBase64(result.embedding), kinds: result.kinds && toBase64(result.kinds) }),
  read(text) {
    const result = JSON.parse(text)
    const kinds = result.kinds ? fromBase64(result.kinds) : null
    return { ...result, embedding: fromBase64(result.embedding), kinds }
  },
}

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
  async classify(image: Uint8Array, options: ClassifyOptions, signal?: AbortSignal) {
    const { topK, allSelected = false, threshold = 0, preview, words } = options
    const shown = words ? `${digestOf(JSON.stringify(words))}:` : ''
    const key = preview
      ? null
      : await this.keyOf(image, options, ({ classes, problem_type }) => {
          const more = allSelected && problem_type === 'multi_label_classification' ? '+' : ''
          return `${shown}${Math.min(topK, words?.labels.length ?? classes)}${more}:${threshold}`
        })
    return this.answer(key, options, CLASSIFICATION, () => this.engine.classify(image, options, signal))
  }

  /** Like the engine's `embed`; also returns whether the result was cached. */
  async embed(image: Uint8Array, options: EmbedOptions, signal?: AbortSignal) {
    const key = await this.keyOf(image, options, () => `embedding:${options.normalize ?? false}`)
    return this.answer(key, options, EMBEDDING, () => this.engine.embed(image, options, signal))
  }

  private async answer<R extends Result>(
    key: string | null,
    { requestId = '' }: { requestId?: string },
    format: Format<R>,
    run: () => Promise<R>,
  ): Promise<{ result: R; hit: boolean }> {
    const start = performance.now()
    const cached = key === null ? null : await this.find(key)
    if (cached !== null) {
      const total_ms = performance.now() - start
      const timings = { queue_ms: 0, decode_ms: 0, run_ms: 0, total_ms }
      return { result: { request_id: requestId, ...format.read(cached), timings } as R, hit: true }
    }
    const result = await run()
    // The model may have been replaced meanwhile, so only a result of the revision in the key is cached.
    if (key?.endsWith(result.model.revision)) {
      const { request_id: _id, timings: _timings, ...rest } = result
      this.store(key, format.write(rest))
    }
    return { result, hit: false }
  }

  /** Null if the result isn't cacheable. The engine reports invalid options. */
  private async keyOf(
    image: Uint8Array,
    { model: name, crop }: RunOptions,
    options: (model: ModelInfo) => string,
  ): Promise<string | null> {
    const model = await this.engine.model(name).catch(() => null)
    if (model === null) return null
    const digest = digestOf(image)
    const area = crop ? formatCrop(crop) : ''
    return `${digest}:${options(model)}:${area}:${model.id}:${model.revision}`
  }

  private async find(key: string): Promise<string | null> {
    return this.memory.get(key) ?? (await this.findShared(key))
  }

  private async findShared(key: string): Promise<string | null> {
    const { redis } = this.options
    if (redis?.status !== 'ready') return null
    const late = new Promise<null>((resolve) => setTimeout(resolve, REDIS_TIMEOUT_MS, null))
    const text = await Promise.race([redis.get(sharedKey(key)).catch(() => null), late])
    if (text !== null) this.memory.set(key, text)
    return text
  }

  private store(key: string, text: string): void {
    this.memory.set(key, text)
    const { redis } = this.options
    if (redis?.status === 'ready') redis.set(sharedKey(key), text, 'EX', SHARED_TTL_S).catch(() => {})
  }
}

function digestOf(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('base64url')
}

/**
 * Without the hash tag of the jobs, so that a cluster can distribute these keys. The number changes with the form of
 * results, because instances of two versions share Redis while one replaces the other.
 */
function sharedKey(key: string): string {
  return `vision:answer:2:${key}`
}
