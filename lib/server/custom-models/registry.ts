import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import { readHeadFolder } from '../catalog/catalog'
import type { CustomModelSource, EngineLog } from '../engine/engine-options'
import { type Model, readModel } from '../engine/model'
import type { LocalCopies } from './local-copies'
import type { CustomModelStore, Step } from './store'

/** Revisions of running jobs that are no longer current, kept in memory. */
const MAX_EARLIER = 50

/**
 * The custom models that this process serves. They appear and disappear without a restart: `refresh` looks for changes
 * of other processes, and a name that isn't known is looked up before it is refused.
 */
export class CustomModels implements CustomModelSource {
  private models = new Map<string, { step: Step; model: Model }>()
  /** Failures that the log has. */
  private readonly reported = new Set<string>()
  /** By ID and revision, in the order of their last use. */
  private readonly earlier = new Map<string, Promise<Model>>()
  private refreshing: Promise<void> | null = null
  private next: Promise<void> | null = null
  private refreshedAt = Number.NEGATIVE_INFINITY

  /** @param pauseMs between two looks for names that aren't known */
  constructor(
    private readonly store: CustomModelStore,
    private readonly copies: LocalCopies,
    private readonly pauseMs: number,
    private readonly log: EngineLog,
  ) {}

  /** The current revision of each model. One that can't be read may be a visitor's, whose ID nobody else may learn. */
  list(): readonly Model[] {
    return [...this.models.values()].map(({ model }) => model)
  }

  /**
   * A model that was deleted or replaced since may still be needed by a job.
   *
   * @throws Problem `unknown_model` if the revision no longer exists
   */
  async revision(id: string, revision: string): Promise<Model> {
    const current = this.models.get(id)?.model
    if (current?.revision === revision) return current
    const key = `${id} ${revision}`
    const model = this.earlier.get(key) ?? this.readEarlier(id, revision)
    this.earlier.delete(key)
    this.earlier.set(key, model)
    model.catch(() => this.earlier.delete(key))
    for (const oldest of this.earlier.keys()) {
      if (this.earlier.size <= MAX_EARLIER) break
      this.earlier.delete(oldest)
    }
    return model
  }

  /**
   * Looks for changes of other processes. Concurrent calls share one look, and there is a pause between two, so that
   * requests for models that don't exist cost little.
   */
  async refresh(): Promise<void> {
    this.next ??= this.afterPause().finally(() => {
      this.next = null
    })
    return this.next
  }

  private async afterPause(): Promise<void> {
    const wait = this.refreshedAt + this.pauseMs - performance.now()
    if (wait > 0) await sleep(wait)
    await this.reload()
  }

  /** Looks at once, after a change. */
  async reload(): Promise<void> {
    // A look that has begun may have missed the change.
    await this.refreshing?.catch(() => {})
    this.refreshing ??= this.readAll().finally(() => {
      this.refreshing = null
      this.refreshedAt = performance.now()
    })
    return this.refreshing
  }

  private async readAll(): Promise<void> {
    const steps = await this.store.current()
    const next = new Map<string, { step: Step; model: Model }>()
    for (const [id, step] of steps) {
      const known = this.models.get(id)
      const entry = known?.step.step === step.step ? known : await this.readStep(step)
      if (entry !== null) next.set(id, entry)
    }
    this.models = next
  }

  /** If it can't be read, what was there before goes on, and the next look tries again. Null if nothing was there. */
  private async readStep(step: Step): Promise<{ step: Step; model: Model } | null> {
    const model = await this.read(step.id, step.revision ?? '').catch((error: Error) => error)
    if (!(model instanceof Error) && model.error === null && model.revision === step.revision) return { step, model }
    this.reportOnce(step, model instanceof Error ? model.message : (model.error ?? 'its files were changed'))
    return this.models.get(step.id) ?? null
  }

  private reportOnce({ id, step }: Step, reason: string): void {
    const key = `${id} ${step} ${reason}`
    if (this.reported.has(key)) return
    this.reported.add(key)
    this.log.error({ model: id, reason }, 'a custom model can’t be read; trying again')
  }

  /** @throws Problem `unknown_model` if it no longer exists, `not_ready` if it can't be read */
  private async readEarlier(id: string, revision: string): Promise<Model> {
    const model = await this.read(id, revision).catch((error) => {
      if (!(error instanceof Problem) || error.code !== 'not_found') throw error
      return null
    })
    if (model?.revision === revision) return model
    if ((await this.store.fileNames(id, revision)).length > 0)
      throw new Problem('not_ready', `The model ${id} can’t be read at the moment. Try again later.`)
    throw new Problem('unknown_model', `The model ${id} no longer has the revision ${revision}.`)
  }

  private async read(id: string, revision: string): Promise<Model> {
    return readModel(await readHeadFolder(id, await this.copies.folder(id, revision)))
  }
}
