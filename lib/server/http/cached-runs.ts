import type { Classification } from '@/lib/shared/contract/contract'
import type { ClassifyOptions, Embedding, EmbedOptions } from '../engine/types'
import type { Services } from './services'

/** A result, and whether it came from the result cache; null if there is none. */
interface CachedResult<R> {
  result: R
  hit: boolean | null
}

/** The engine's runs of one photo, by way of the result cache where there is one. */
export function cachedRuns({ engine, resultCache }: Pick<Services, 'engine' | 'resultCache'>) {
  return {
    async classify(
      image: Uint8Array,
      options: ClassifyOptions,
      signal: AbortSignal,
    ): Promise<CachedResult<Classification>> {
      if (resultCache !== null) return resultCache.classify(image, options, signal)
      return { result: await engine.classify(image, options, signal), hit: null }
    },
    async embed(image: Uint8Array, options: EmbedOptions, signal: AbortSignal): Promise<CachedResult<Embedding>> {
      if (resultCache !== null) return resultCache.embed(image, options, signal)
      return { result: await engine.embed(image, options, signal), hit: null }
    },
  }
}
