import { performance } from 'node:perf_hooks'
import { Problem } from '@/lib/shared/problems/problem'
import type { CatalogEntry } from '../catalog/catalog'
import { readHeader } from '../image/header'
import { classification } from './classification'
import { explanation, labelIndex } from './explain/explanation'
import { runMasks } from './explain/run-masks'
import { type Model, readModel, workerModel } from './model'
import { detailsOf, info } from './model-info'
import { Pool } from './pool'
import type { LoadReport, MaskAnswer, MaskJob, PhotoAnswer, PhotoJob } from './protocol'
import { Queue } from './queue'
import { deadline, submit } from './submit'
import { tooSlow } from './too-slow'
import type { ClassifyOptions, Engine, EngineStats, RunOptions } from './types'

/** What the engine tells its operator. */
export interface EngineLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface EngineOptions {
  /** Lists the models to load; called again at a reload. */
  catalog: () => Promise<CatalogEntry[]>
  /** Path of the built worker script. */
  workerScript: string
  workers: number
  workerTimeoutMs: number
  /** A worker that holds more memory is replaced once it is idle. */
  workerMaxBytes: number
  /** Memory is given back at once, and models other than the default one are held only while they are asked for. */
  scarceMemory?: boolean
  deadlineMs: number
  maxPixels: number
  queue: { photos: number; bytes: number }
  log: EngineLog
}

/** One set of models with its workers. A reload makes a second one beside it, then swaps. */
interface Generation {
  models: Map<string, Model>
  reports: Map<string, LoadReport>
  queue: Queue
  pool: Pool
  /** Resolves at the first report of a worker, or where no model can be loaded at all. */
  settled: Promise<void>
}

/** Decoded pixels are held as RGBA at most. */
const BYTES_PER_PIXEL = 4
/** Assumed for a header that cannot be read; the decoder will refuse most of these. */
const UNKNOWN_PIXELS = 1_000_000

/**
 * Starts an engine. It answers at once; photos wait until the workers have loaded.
 *
 * @throws Error where the models cannot be listed
 */
export async function createEngine(
  options: EngineOptions,
): Promise<Engine & { pids(): number[]; report(id: string): LoadReport | undefined }> {
  let current = await generation(options, () => void reloadInTurn())
  let nextId = 1
  let closing = false
  let restarts = 0
  let reloading = Promise.resolve()

  async function run(
    image: Uint8Array,
    asked: RunOptions,
    what: Pick<PhotoJob, 'want' | 'preview'>,
    signal?: AbortSignal,
  ) {
    signal?.throwIfAborted()
    if (closing) throw new Problem('shutting_down', 'This server is stopping. Send the photo again.')
    const { models, queue, pool, reports } = current
    const model = find(models, asked.model)
    requireServing(model, reports)
    const header = readHeader(image, options.maxPixels)
    const priority = asked.priority ?? 'interactive'
    const job: PhotoJob = { kind: 'photo', id: nextId++, model: model.id, image, priority, ...what }
    const cost = image.byteLength + BYTES_PER_PIXEL * (header.pixels ?? UNKNOWN_PIXELS)
    const slow = header.format === 'heic'
    const { deadlineMs = options.deadlineMs } = asked
    const answer = await submit<PhotoAnswer>({ job, cost, slow, queue, pool, deadlineMs, signal })
    return { model, answer }
  }

  /** Some masks over a picture that was prepared for a revision of a model, behind everybody's photos. */
  function masks(
    revision: string,
    what: Omit<MaskJob, 'kind' | 'id' | 'priority'>,
    signal: AbortSignal,
  ): Promise<MaskAnswer> {
    if (closing) throw new Problem('shutting_down', 'This server is stopping. Send the photo again.')
    const { models, queue, pool } = current
    if (models.get(what.model)?.revision !== revision) {
      throw new Problem('not_ready', 'The model was replaced meanwhile. Send the photo again.')
    }
    const job: MaskJob = { kind: 'masks', id: nextId++, priority: 'batch', ...what }
    return submit<MaskAnswer>({
      job,
      cost: what.pixels.byteLength,
      queue,
      pool,
      deadlineMs: options.deadlineMs,
      signal,
    })
  }

  const infoOf = (model: Model) => info(model, current.reports.get(model.id), current.pool)

  async function reload(): Promise<void> {
    if (closing) return
    const next = await generation(options, () => void reloadInTurn())
    await next.settled
    const old = current
    current = next
    restarts += old.pool.restarts
    await old.pool.close()
  }

  /** One after the other: two at once would leave the workers of one behind. */
  function reloadInTurn(): Promise<void> {
    reloading = reloading.catch(() => {}).then(reload)
    return reloading
  }

  return {
    models: () => [...current.models.values()].map((model) => infoOf(model)),
    details: () => [...current.models.values()].map((model) => ({ ...infoOf(model), ...detailsOf(model) })),

    labels(name) {
      const { labels, synonyms, notes } = find(current.models, name)
      return labels.map((label, index) => {
        const note = notes.get(index)
        return { index, label, others: [...(synonyms[index] ?? [])], ...(note ? { note } : {}) }
      })
    },

    async classify(image, asked, signal) {
      const start = performance.now()
      const topK = limitTopK(asked, find(current.models, asked.model))
      const { model, answer } = await run(image, asked, { want: topK, preview: asked.preview ?? false }, signal)
      return classification(model, answer, asked, image.byteLength, performance.now() - start)
    },

    async logits(image, asked, signal) {
      const { answer } = await run(image, asked, { want: 'logits', preview: false }, signal)
      return answer.logits ?? new Float32Array()
    },

    async explain(image, asked, signal) {
      const start = performance.now()
      const index = asked.label === undefined ? undefined : labelIndex(find(current.models, asked.model), asked.label)
      const limit = deadline(options.deadlineMs)
      const stop = signal ? AbortSignal.any([signal, limit]) : limit
      const { model, answer } = await run(
        image,
        { model: asked.model, priority: 'batch' },
        { want: 'pixels', preview: false },
        stop,
      )
      const found = await runMasks(
        { model, answer, index, method: asked.method },
        {
          masks: (job) => masks(model.revision, job, stop),
          lanes: options.workers,
          onProgress: asked.onProgress,
          signal: stop,
        },
      )
      return explanation(model, answer, found, { ...asked, totalMs: performance.now() - start })
    },

    reload: reloadInTurn,

    ready: () => !closing && serving(current),
    settled: () => current.settled,

    stats(): EngineStats {
      const { queue, pool } = current
      return {
        queue: { photos: queue.size, limit: queue.limits.photos, bytes: queue.bytes, byteLimit: queue.limits.bytes },
        inFlight: pool.inFlight,
        workers: {
          ready: pool.readyWorkers,
          wanted: options.workers,
          restarts: restarts + pool.restarts,
          bytes: pool.bytes,
        },
      }
    },

    async close() {
      closing = true
      await reloading.catch(() => {})
      await current.pool.close()
    },

    pids: () => current.pool.pids,
    report: (id) => current.reports.get(id),
  }
}

async function generation(options: EngineOptions, onChanged: () => void): Promise<Generation> {
  const entries = await options.catalog()
  const models = await Promise.all(entries.map(readModel))
  const usable = models.filter((model) => model.error === null)
  for (const model of models) if (model.error !== null) logFailure(options.log, model, model.error)
  const reports = new Map<string, LoadReport>()
  const queue = new Queue(options.queue)
  let settle = () => {}
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  const pool = new Pool(
    {
      script: options.workerScript,
      size: options.workers,
      maxPixels: options.maxPixels,
      timeoutMs: options.workerTimeoutMs,
      maxBytes: options.workerMaxBytes,
      scarceMemory: options.scarceMemory ?? false,
    },
    usable.map(workerModel),
    queue,
    {
      loaded(list) {
        for (const report of list) note(options, models, reports, report)
        settle()
        if (list.some(({ changed }) => changed)) onChanged()
      },
      died(reason, wrecker) {
        options.log.warn({ reason }, 'a worker died and is replaced')
        if (wrecker === null) return
        const error = `it took the worker down while it was loaded (${reason})`
        note(options, models, reports, {
          id: wrecker,
          error,
          input: null,
          output: null,
          changed: false,
          runMs: null,
        })
      },
    },
  )
  return { models: new Map(models.map((model) => [model.id, model])), reports, queue, pool, settled }
}

/** Keeps the first report of each model, and says a failure once, or that it is too slow. */
function note(options: EngineOptions, models: Model[], reports: Map<string, LoadReport>, report: LoadReport): void {
  if (reports.has(report.id)) return
  reports.set(report.id, report)
  const model = models.find(({ id }) => id === report.id)
  if (!model) return
  if (report.error !== null) logFailure(options.log, model, report.error)
  const slow = tooSlow(report.runMs ?? 0, options)
  if (slow !== null) options.log.warn({ model: model.id, run_ms: Math.round(report.runMs ?? 0) }, slow)
}

function logFailure(log: EngineLog, model: CatalogEntry, reason: string): void {
  log.error({ model: model.id, type: model.type, default: model.default, reason }, 'a model does not serve')
}

function find(models: ReadonlyMap<string, Model>, name: string | undefined): Model {
  for (const model of models.values()) {
    if (name === undefined ? model.default : name === model.id || name === model.type) return model
  }
  const names = [...models.values()].flatMap(({ id, type }) => (type ? [type, id] : [id]))
  throw new Problem('unknown_model', `There is no model of that name. Known: ${names.join(', ')}.`)
}

function requireServing(model: Model, reports: ReadonlyMap<string, LoadReport>): void {
  const error = model.error ?? reports.get(model.id)?.error
  if (error) throw new Problem('not_ready', `The model ${model.id} does not serve: ${error}.`)
}

function serving({ models, pool }: Generation): boolean {
  return [...models.values()].some((model) => model.default && pool.serves(model.id))
}

/** `top_k` is a most: a model of fewer labels gives all it has, whichever door the photo came through. */
function limitTopK({ topK }: ClassifyOptions, { labels }: Model): number {
  return Math.max(1, Math.min(topK, labels.length))
}
