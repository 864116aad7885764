import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import { stampOf } from '../../catalog/revision'
import type { LoadReport, WorkerModel } from '../protocol'
import { type LoadedModel, loadModel } from './session'

/** How long a model that nobody asks for is held where memory is scarce. */
const IDLE_MS = 60_000

interface CachedModel {
  model: Promise<LoadedModel>
  /** Photos that need it now. */
  activeJobs: number
  /** Ends it when it was idle for long. */
  idleTimer: AbortController | null
}

export interface ModelCacheOptions {
  maxPixels: number
  scarceMemory: boolean
  /** Told before each model that is tried at the start. */
  onLoading(id: string): void
  /** Told how long this thread was taken by the loading of a model (milliseconds). */
  onLoaded?(ms: number): void
}

/**
 * The models of a worker. All are tried at the start, one after the other, so that what is wrong with one is known. Where memory is scarce only the default one
 * stays then; the others are loaded when a photo asks for them, and let go of when none has for a while.
 */
export class ModelCache {
  private readonly cache = new Map<string, CachedModel>()
  private readonly specs = new Map<string, WorkerModel>()

  constructor(private readonly options: ModelCacheOptions) {}

  /** Tries each model. → how it went, in their order */
  async loadAll(models: readonly WorkerModel[]): Promise<LoadReport[]> {
    const reports: LoadReport[] = []
    for (const spec of models) reports.push(await this.tryLoad(spec))
    return reports
  }

  /**
   * Has something done with a model, which is loaded where it is not.
   *
   * @throws Problem `not_ready`
   */
  async use<T>(id: string, work: (model: LoadedModel) => Promise<T>): Promise<T> {
    const cached = this.cache.get(id) ?? this.load(id)
    cached.activeJobs++
    cached.idleTimer?.abort()
    cached.idleTimer = null
    try {
      return await work(await cached.model)
    } finally {
      cached.activeJobs--
      if (cached.activeJobs === 0) this.scheduleUnload(id, cached)
    }
  }

  private async tryLoad(spec: WorkerModel): Promise<LoadReport> {
    this.options.onLoading(spec.id)
    try {
      const model = await loadUnchanged(spec, this.options.maxPixels)
      this.specs.set(spec.id, spec)
      if (this.staysLoaded(spec))
        this.cache.set(spec.id, { model: Promise.resolve(model), activeJobs: 0, idleTimer: null })
      else await model.release()
      const { width, height, channels, layout, type } = model.input
      const input = { width, height, channels, layout, type }
      return { id: spec.id, error: null, input, output: model.output, changed: false, runMs: model.runMs }
    } catch (error) {
      const changed = await hasChanged(spec)
      return {
        id: spec.id,
        error: publicReason(error as Error, spec.file),
        input: null,
        output: null,
        changed,
        runMs: null,
      }
    }
  }

  private load(id: string): CachedModel {
    const spec = this.specs.get(id)
    if (!spec) throw new Problem('not_ready', `The model ${id} is not loaded.`)
    const cached: CachedModel = { model: this.reload(spec), activeJobs: 0, idleTimer: null }
    this.cache.set(id, cached)
    // What failed is tried again by the next photo.
    cached.model.catch(() => this.cache.delete(id))
    return cached
  }

  private async reload(spec: WorkerModel): Promise<LoadedModel> {
    const startedAt = performance.now()
    try {
      return await loadUnchanged(spec, this.options.maxPixels)
    } catch (error) {
      throw new Problem('not_ready', `The model ${spec.id} is unavailable: ${publicReason(error as Error, spec.file)}.`)
    } finally {
      this.options.onLoaded?.(performance.now() - startedAt)
    }
  }

  private staysLoaded(spec: WorkerModel | undefined): boolean {
    return !this.options.scarceMemory || spec?.default === true
  }

  private scheduleUnload(id: string, cached: CachedModel): void {
    if (this.staysLoaded(this.specs.get(id)) || this.cache.get(id) !== cached) return
    const idleTimer = new AbortController()
    cached.idleTimer = idleTimer
    sleep(IDLE_MS, undefined, { signal: idleTimer.signal, ref: false }).then(
      async () => {
        this.cache.delete(id)
        await (await cached.model).release()
      },
      () => {}, // It is wanted again.
    )
  }
}

async function loadUnchanged(spec: WorkerModel, maxPixels: number): Promise<LoadedModel> {
  const model = await loadModel(spec, maxPixels)
  if (!(await hasChanged(spec))) return model
  await model.release()
  throw new Error('its files changed after they were read')
}

/** Whether the files are not those any more that the revision was made of. */
async function hasChanged({ stamps }: WorkerModel): Promise<boolean> {
  const now = await Promise.all(stamps.map(({ path }) => stampOf(path)))
  return stamps.some(({ stamp }, i) => stamp !== now[i])
}

/** One line without the path of the file, which is nobody's business but the operator's. */
function publicReason({ message }: Error, file: string): string {
  return message.replaceAll(file, 'onnx/model.onnx').split('\n')[0] ?? 'unknown'
}
