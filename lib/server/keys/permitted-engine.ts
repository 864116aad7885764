import type { Scope } from '@/lib/shared/contract/keys'
import type { Engine, GraphInput } from '../engine/types'
import type { ResultCache } from '../result-cache/result-cache'
import type { Permission } from './permission'

/** The results of photos, by way of the cache. */
export type CachedResults = Pick<ResultCache, 'classify' | 'embed'>

/**
 * An engine, and its cache, that does only what the key of the current request allows, and counts it. Every route and
 * dialect has only this engine, so none can be a way around a scope, a model, or a quota.
 */
export function permitted<E extends Engine, C extends CachedResults | null>(
  engine: E,
  cache: C,
  permission: Permission,
): { engine: E; resultCache: C } {
  async function run<T>(
    scopes: readonly Scope[],
    name: string | undefined,
    bytes: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const model = await engine.model(name)
    for (const scope of scopes) permission.requireUse(scope, model)
    return permission.metered(bytes, work)
  }

  const runs: Pick<Engine, 'classify' | 'logits' | 'outputs' | 'embed' | 'embedText' | 'explain'> = {
    classify: (image, options, signal) =>
      run(options.embedding ? ['classify', 'embed'] : ['classify'], options.model, image.byteLength, () =>
        engine.classify(image, options, signal),
      ),
    logits: (image, options, signal) =>
      run(['classify'], options.model, image.byteLength, () => engine.logits(image, options, signal)),
    outputs: (input, options, signal) =>
      run(options.embedding ? ['classify', 'embed'] : ['classify'], options.model, bytesOf(input), () =>
        engine.outputs(input, options, signal),
      ),
    embed: (image, options, signal) =>
      run(['embed'], options.model, image.byteLength, () => engine.embed(image, options, signal)),
    embedText: (texts, options, signal) =>
      run(['embed'], options.model, Buffer.byteLength(texts.join('')), () => engine.embedText(texts, options, signal)),
    explain: (image, options, signal) =>
      run(['explain'], options.model, image.byteLength, () => engine.explain(image, options, signal)),
  }
  const device: Pick<Engine, 'onDevice'> = {
    async onDevice(name) {
      permission.requireUse('classify', await engine.model(name))
      return engine.onDevice(name)
    },
  }
  const cached: CachedResults | null = cache && {
    classify: (image, options, signal) =>
      run(['classify'], options.model, image.byteLength, () => cache.classify(image, options, signal)),
    embed: (image, options, signal) =>
      run(['embed'], options.model, image.byteLength, () => cache.embed(image, options, signal)),
  }
  return { engine: overlay(engine, { ...runs, ...device }), resultCache: cached as C }
}

/** The engine with other methods in place of some of its own. */
function overlay<E extends Engine>(engine: E, methods: Partial<Engine>): E {
  return new Proxy(engine, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[name as keyof Engine]
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function bytesOf(input: GraphInput): number {
  return 'image' in input ? input.image.byteLength : input.tensor.byteLength
}
