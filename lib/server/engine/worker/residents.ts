import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import { stampOf } from '../../catalog/revision'
import type { LoadReport, WorkerModel } from '../protocol'
import { type LoadedModel, loadModel } from './session'

/** How long a model that nobody asks for is held where memory is scarce. */
const IDLE_MS = 60_000

interface Resident {
  model: Promise<LoadedModel>
  /** Photos that need it now. */
  users: number
  /** Ends it when it was idle for long. */
  idle: AbortController | null
}

export interface ResidentsOptions {
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
export class Residents {
  private readonly held = new Map<string, Resident>()
  private readonly known = new Map<string, WorkerModel>()

  constructor(private readonly options: ResidentsOptions) {}

  /** Tries each model. → how it went, in their order */
  async open(models: readonly WorkerModel[]): Promise<LoadReport[]> {
    const reports: LoadReport[] = []
    for (const spec of models) reports.push(await this.first(spec))
    return reports
  }

  /**
   * Has something done with a model, which is loaded where it is not.
   *
   * @throws Problem `not_ready`
   */
  async use<T>(id: string, work: (model: LoadedModel) => Promise<T>): Promise<T> {
    const resident = this.held.get(id) ?? this.load(id)
    resident.users++
    resident.idle?.abort()
    resident.idle = null
    try {
      return await work(await resident.model)
    } finally {
      resident.users--
      if (resident.users === 0) this.rest(id, resident)
    }
  }

  private async first(spec: WorkerModel): Promise<LoadReport> {
    this.options.onLoading(spec.id)
    try {
      const model = await loadUnchanged(spec, this.options.maxPixels)
      this.known.set(spec.id, spec)
      if (this.stays(spec)) this.held.set(spec.id, { model: Promise.resolve(model), users: 0, idle: null })
      else await model.release()
      const { width, height, channels, layout, type } = model.input
      const input = { width, height, channels, layout, type }
      return { id: spec.id, error: null, input, output: model.output, changed: false, runMs: model.runMs }
    } catch (error) {
      const changed = await hasChanged(spec)
      return { id: spec.id, error: reason(error as Error, spec.file), input: null, output: null, changed, runMs: null }
    }
  }

  private load(id: string): Resident {
    const spec = this.known.get(id)
    if (!spec) throw new Problem('not_ready', `The model ${id} is not loaded.`)
    const resident: Resident = { model: this.again(spec), users: 0, idle: null }
    this.held.set(id, resident)
    // What failed is tried again by the next photo.
    resident.model.catch(() => this.held.delete(id))
    return resident
  }

  private async again(spec: WorkerModel): Promise<LoadedModel> {
    const began = performance.now()
    try {
      return await loadUnchanged(spec, this.options.maxPixels)
    } catch (error) {
      throw new Problem('not_ready', `The model ${spec.id} does not serve: ${reason(error as Error, spec.file)}.`)
    } finally {
      this.options.onLoaded?.(performance.now() - began)
    }
  }

  private stays(spec: WorkerModel | undefined): boolean {
    return !this.options.scarceMemory || spec?.default === true
  }

  private rest(id: string, resident: Resident): void {
    if (this.stays(this.known.get(id)) || this.held.get(id) !== resident) return
    const idle = new AbortController()
    resident.idle = idle
    sleep(IDLE_MS, undefined, { signal: idle.signal, ref: false }).then(
      async () => {
        this.held.delete(id)
        await (await resident.model).release()
      },
      () => {}, // It is wanted again.
    )
  }
}

async function loadUnchanged(spec: WorkerModel, maxPixels: number): Promise<LoadedModel> {
  const model = await loadModel(spec, maxPixels)
  if (!(await hasChanged(spec))) return model
  await model.release()
  throw new Error('its files have changed since they were read')
}

/** Whether the files are not those any more that the revision was made of. */
async function hasChanged({ stamps }: WorkerModel): Promise<boolean> {
  const now = await Promise.all(stamps.map(({ path }) => stampOf(path)))
  return stamps.some(({ stamp }, i) => stamp !== now[i])
}

/** One line without the path of the file, which is nobody's business but the operator's. */
function reason({ message }: Error, file: string): string {
  return message.replaceAll(file, 'onnx/model.onnx').split('\n')[0] ?? 'unknown'
}
