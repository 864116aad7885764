import { AsyncLocalStorage } from 'node:async_hooks'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { Scope } from '@/lib/shared/contract/keys'
import { Problem } from '@/lib/shared/problems/problem'
import type { Caller } from './caller'
import { quotaExceeded } from './quota'
import type { KeyRecord } from './record'
import type { Meter, Usage } from './usage/meter'

/** What a request may do, for everything that runs on its behalf. */
interface Grant {
  caller: Caller
  /** The scope that its path needs; null if it needs none. */
  purpose: Scope | null
}

/** What a path does besides, without showing it: training embeds photos, and a stream of embeddings classifies them. */
const IMPLIED: Partial<Record<Scope, readonly Scope[]>> = { train: ['embed'], embed: ['classify'] }

const grants = new AsyncLocalStorage<Grant>()

/**
 * Runs the handler of a request with the rights of its caller. They go with the request through everything that it
 * calls, so that no route or dialect can forget to pass them on.
 */
export function withGrant<T>(caller: Caller, purpose: Scope | null, handle: () => T): T {
  return grants.run({ caller, purpose }, handle)
}

/** @throws Error if this isn't part of a request: then nobody has allowed it */
function currentGrant(): Grant {
  const grant = grants.getStore()
  if (grant === undefined) throw new Error('a photo was about to run outside of a request')
  return grant
}

/** @throws Problem `insufficient_scope` */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return
  throw new Problem(
    'insufficient_scope',
    `This key doesn’t have the scope ${scope}. Ask the operator for a key that has it.`,
  )
}

/** The rights and the quota of the current request. */
export class Permission {
  /** @param count adds to the statistics of a key */
  constructor(
    private readonly meter: Meter,
    private readonly countUse: (key: KeyRecord, usage: Partial<Usage>, now: number) => void,
  ) {}

  /**
   * Requires that the current request may do something with a model.
   *
   * @throws Problem `insufficient_scope`, `model_not_allowed`
   */
  requireUse(scope: Scope, { id, type }: Pick<ModelInfo, 'id' | 'type'>): void {
    const { caller, purpose } = currentGrant()
    if (!(purpose && IMPLIED[purpose]?.includes(scope))) requireScope(caller, scope)
    if (caller.kind !== 'key' || caller.key.models.length === 0) return
    if (caller.key.models.includes(id) || (type !== null && caller.key.models.includes(type))) return
    throw new Problem(
      'model_not_allowed',
      `This key can’t use the model ${id}. It can use ${caller.key.models.join(', ')}.`,
    )
  }

  /**
   * Runs a photo that counts for the quota, and in the statistics if it succeeds.
   *
   * @throws Problem `quota_exceeded`, `not_ready`
   */
  async metered<T>(bytes: number, run: () => Promise<T>): Promise<T> {
    const { caller } = currentGrant()
    if (caller.kind !== 'key') return run()
    await this.take(1)
    try {
      const result = await run()
      this.countUse(caller.key, { photos: 1, bytes }, caller.time)
      return result
    } catch (error) {
      await this.giveBack(1)
      throw error
    }
  }

  /** Takes photos from the quota. @throws Problem `quota_exceeded`, `not_ready` */
  async take(photos: number): Promise<void> {
    const { caller } = currentGrant()
    if (caller.kind !== 'key' || caller.key.monthly_quota === null) return
    const { key, time } = caller
    if (!(await this.meter.take(key.id, photos, caller.key.monthly_quota, time))) throw quotaExceeded(key, time)
  }

  /** Returns photos that were taken and then didn't run. */
  async giveBack(photos: number): Promise<void> {
    const { caller } = currentGrant()
    if (caller.kind !== 'key' || caller.key.monthly_quota === null || photos === 0) return
    await this.meter.giveBack(caller.key.id, photos, caller.time)
  }

  /** Adds photos to the statistics that run later, in a job. */
  count(photos: number, bytes: number): void {
    const { caller } = currentGrant()
    if (caller.kind === 'key') this.countUse(caller.key, { photos, bytes }, caller.time)
  }

  /** The ID of the key of the current request; undefined if it has none. */
  keyId(): string | undefined {
    const { caller } = currentGrant()
    return caller.kind === 'key' ? caller.key.id : undefined
  }
}
