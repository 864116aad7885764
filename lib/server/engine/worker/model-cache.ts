import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import { stampOf } from '../../catalog/revision'
import type { LoadReport, WorkerModel } from '../protocol'
import { loadTower } from './load-tower'
import { type LoadedModel, type LoadOptions, loadModel } from './session'

/** How long an unused model stays loaded when memory is scarce. */
const IDLE_MS = 60_000

interface CachedModel {
  model: Promise<LoadedModel>
  /** Photos that are using it. */
  activeJobs: number
  /** Unloads it after it has been idle for a while. */
  idleTimer: AbortController | null
}

export interface ModelCacheOptions extends LoadOptions {
  scarceMemory: boolean
  /** Called before each model is loaded at startup. */
  onLoading(id: string): void
  /** Called with the time that loading a model blocked this thread (milliseconds). */
  onLoaded?(ms: number): void
}

/**
 * The loaded models of a worker. All are loaded at startup, one after the other, to find out which ones fail. If memory
 * is scarce, only the default model stays loaded; the others are loaded on demand and unloaded when idle.
 */
export class ModelCache {
  private readonly cache = new Map<string, CachedModel>()
  private readonly specs = new Map<string, WorkerModel>()
  /** Why a model runs on the CPU although another provider is wanted, by its id. */
  private readonly onCpu = new Map<string, string>()

  constructor(private readonly options: ModelCacheOptions) {}

  /** Tries to load each model, and returns the reports in order. */
  async loadAll(models: readonly WorkerModel[]): Promise<LoadReport[]> {
    const reports: LoadReport[] = []
    for (const spec of models) reports.push(await this.tryLoad(spec))
    return reports
  }

  /**
   * Runs `work` with a model, loading it first if necessary.
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
      const model = await this.loadSomewhere(spec)
      this.specs.set(spec.id, spec)
      if (this.staysLoaded(spec))
        this.cache.set(spec.id, { model: Promise.resolve(model), activeJobs: 0, idleTimer: null })
      else await model.release()
      const { name, width, height, channels, layout, type, dims } = model.input
      const input = { name, width, height, channels, layout, type, batch: dims[0] ?? 1 }
      const { output, embedding, embeddingSource, runMs } = model
      const onCpu = this.onCpu.get(spec.id) ?? null
      return { id: spec.id, error: null, input, output, embedding, embeddingSource, changed: false, runMs, onCpu }
    } catch (error) {
      const changed = await hasChanged(spec)
      return {
        id: spec.id,
        error: publicReason(error as Error, spec.file),
        input: null,
        output: null,
        embedding: null,
        embeddingSource: null,
        changed,
        runMs: null,
        onCpu: null,
      }
    }
  }

  private load(id: string): CachedModel {
    const spec = this.specs.get(id)
    if (!spec) throw new Problem('not_ready', `The model ${id} is not loaded.`)
    const cached: CachedModel = { model: this.reload(spec), activeJobs: 0, idleTimer: null }
    this.cache.set(id, cached)
    // A failed load is retried by the next photo.
    cached.model.catch(() => this.cache.delete(id))
    return cached
  }

  private async reload(spec: WorkerModel): Promise<LoadedModel> {
    const startedAt = performance.now()
    try {
      return await this.loadSomewhere(spec)
    } catch (error) {
      throw new Problem('not_ready', `The model ${spec.id} is unavailable: ${publicReason(error as Error, spec.file)}.`)
    } finally {
      this.options.onLoaded?.(performance.now() - startedAt)
    }
  }

  /** Loads a model on the provider; if it doesn't load, run, or pass its tests there, on the CPU. */
  private async loadSomewhere(spec: WorkerModel): Promise<LoadedModel> {
    const { maxPixels, provider } = this.options
    if (provider !== 'cpu' && !this.onCpu.has(spec.id)) {
      try {
        return await loadUnchanged(spec, { maxPixels, provider })
      } catch (error) {
        this.onCpu.set(spec.id, publicReason(error as Error, spec.file))
      }
    }
    return loadUnchanged(spec, { maxPixels, provider: 'cpu' })
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
      () => {}, // It is in use again.
    )
  }
}

async function loadUnchanged(spec: WorkerModel, options: LoadOptions): Promise<LoadedModel> {
  const model = await (spec.text ? loadTower(spec, spec.text, options) : loadModel(spec, options))
  if (!(await hasChanged(spec))) return model
  await model.release()
  throw new Error('its files changed after they were read')
}

/** Whether the files differ from those that the revision was computed from. */
async function hasChanged({ stamps }: WorkerModel): Promise<boolean> {
  const now = await Promise.all(stamps.map(({ path }) => stampOf(path)))
  return stamps.some(({ stamp }, i) => stamp !== now[i])
}

/** A one-line reason without the file's path, which only concerns the operator. */
function publicReason({ message }: Error, file: string): string {
  return message.replaceAll(file, 'onnx/model.onnx').split('\n')[0] ?? 'unknown'
}
