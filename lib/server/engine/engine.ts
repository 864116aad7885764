import { performance } from 'node:perf_hooks'
import { Problem } from '@/lib/shared/problems/problem'
import type { CatalogEntry } from '../catalog/catalog'
import { readHeader } from '../image/header'
import { toClassification } from './classification'
import { labelIndex, toExplanation } from './explain/explanation'
import { runMasks } from './explain/run-masks'
import { type Model, readModel, workerModel } from './model'
import { toModelDetails, toModelInfo } from './model-info'
import { Pool } from './pool'
import type { LoadReport, MaskJob, MaskResult, PhotoJob, PhotoResult } from './protocol'
import { Queue } from './queue'
import { slowModelWarning } from './slow-model-warning'
import { deadlineSignal, submit } from './submit'
import type { ClassifyOptions, Engine, EngineStats, RunOptions } from './types'

/** The logger for messages to the operator. */
interface EngineLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface EngineOptions {
  /** Lists the models to load. Called again on each reload. */
  catalog: () => Promise<CatalogEntry[]>
  /** Path of the built worker script. */
  workerScript: string
  workers: number
  workerTimeoutMs: number
  /** A worker that uses more memory is replaced once it is idle. */
  workerMaxBytes: number
  /** Releases memory eagerly, and unloads models other than the default one when they are not in use. */
  scarceMemory?: boolean
  deadlineMs: number
  maxPixels: number
  queue: { photos: number; bytes: number }
  log: EngineLog
}

/** One set of models with its workers. A reload builds a second set next to it, then swaps them. */
interface Generation {
  models: Map<string, Model>
  reports: Map<string, LoadReport>
  queue: Queue
  pool: Pool
  /** Resolves at the first report of a worker, or if no model can be loaded at all. */
  settled: Promise<void>
}

/** Decoded pixels take at most four channels (RGBA). */
const BYTES_PER_PIXEL = 4
/** Assumed if the header cannot be read. The decoder rejects most of these files. */
const FALLBACK_PIXELS = 1_000_000

/**
 * Starts an engine. Returns at once; photos wait until the workers have loaded the models.
 *
 * @throws Error if the models cannot be listed
 */
export async function createEngine(
  options: EngineOptions,
): Promise<Engine & { pids(): number[]; report(id: string): LoadReport | undefined }> {
  let current = await createGeneration(options, () => void queueReload())
  let nextId = 1
  let closing = false
  let restarts = 0
  let reloading = Promise.resolve()

  async function run(
    image: Uint8Array,
    request: RunOptions,
    output: Pick<PhotoJob, 'want' | 'preview'>,
    signal?: AbortSignal,
  ) {
    signal?.throwIfAborted()
    if (closing) throw new Problem('shutting_down', 'The server is shutting down. Send the photo again.')
    const { models, queue, pool, reports } = current
    const model = findModel(models, request.model)
    requireServing(model, reports)
    const header = readHeader(image, options.maxPixels)
    const priority = request.priority ?? 'interactive'
    const job: PhotoJob = { kind: 'photo', id: nextId++, model: model.id, image, priority, ...output }
    const cost = image.byteLength + BYTES_PER_PIXEL * (header.pixels ?? FALLBACK_PIXELS)
    const slow = header.format === 'heic'
    const { deadlineMs = options.deadlineMs } = request
    const result = await submit<PhotoResult>({ job, cost, slow, queue, pool, deadlineMs, signal })
    return { model, result }
  }

  /** Runs masks over the input prepared for a revision of a model. Yields to all photos. */
  function runMaskJob(
    revision: string,
    maskJob: Omit<MaskJob, 'kind' | 'id' | 'priority'>,
    signal: AbortSignal,
  ): Promise<MaskResult> {
    if (closing) throw new Problem('shutting_down', 'The server is shutting down. Send the photo again.')
    const { models, queue, pool } = current
    if (models.get(maskJob.model)?.revision !== revision) {
      throw new Problem(
        'not_ready',
        'The model was replaced while the photo was being processed. Send the photo again.',
      )
    }
    const job: MaskJob = { kind: 'masks', id: nextId++, priority: 'batch', ...maskJob }
    return submit<MaskResult>({
      job,
      cost: maskJob.pixels.byteLength,
      queue,
      pool,
      deadlineMs: options.deadlineMs,
      signal,
    })
  }

  const infoOf = (model: Model) => toModelInfo(model, current.reports.get(model.id), current.pool)

  async function reload(): Promise<void> {
    if (closing) return
    const next = await createGeneration(options, () => void queueReload())
    await next.settled
    const old = current
    current = next
    restarts += old.pool.restarts
    await old.pool.close()
  }

  /** Reloads run one after the other. Two at once would leak the workers of one of them. */
  function queueReload(): Promise<void> {
    reloading = reloading.catch(() => {}).then(reload)
    return reloading
  }

  return {
    models: () => [...current.models.values()].map((model) => infoOf(model)),
    details: () => [...current.models.values()].map((model) => ({ ...infoOf(model), ...toModelDetails(model) })),

    labels(name) {
      const { labels, synonyms, notes } = findModel(current.models, name)
      return labels.map((label, index) => {
        const note = notes.get(index)
        return { index, label, others: [...(synonyms[index] ?? [])], ...(note ? { note } : {}) }
      })
    },

    async classify(image, request, signal) {
      const start = performance.now()
      const topK = limitTopK(request, findModel(current.models, request.model))
      const { model, result } = await run(image, request, { want: topK, preview: request.preview ?? false }, signal)
      return toClassification(model, result, request, image.byteLength, performance.now() - start)
    },

    async logits(image, request, signal) {
      const { result } = await run(image, request, { want: 'logits', preview: false }, signal)
      return result.logits ?? new Float32Array()
    },

    async explain(image, request, signal) {
      const start = performance.now()
      const index =
        request.label === undefined ? undefined : labelIndex(findModel(current.models, request.model), request.label)
      const limit = deadlineSignal(options.deadlineMs)
      const stop = signal ? AbortSignal.any([signal, limit]) : limit
      const { model, result } = await run(
        image,
        { model: request.model, priority: 'batch' },
        { want: 'pixels', preview: false },
        stop,
      )
      const attribution = await runMasks(
        { model, result, index, method: request.method },
        {
          masks: (job) => runMaskJob(model.revision, job, stop),
          concurrency: options.workers,
          onProgress: request.onProgress,
          signal: stop,
        },
      )
      return toExplanation(model, result, attribution, { ...request, totalMs: performance.now() - start })
    },

    reload: queueReload,

    ready: () => !closing && isServing(current),
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

async function createGeneration(options: EngineOptions, onChanged: () => void): Promise<Generation> {
  const entries = await options.catalog()
  const models = await Promise.all(entries.map(readModel))
  const usable = models.filter((model) => model.error === null)
  for (const model of models) if (model.error !== null) logUnavailable(options.log, model, model.error)
  const reports = new Map<string, LoadReport>()
  const queue = new Queue(options.queue)
  let settle = () => {}
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  let unable = false
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
        if (unable) reports.clear()
        unable = false
        for (const report of list) recordReport(options, models, reports, report)
        settle()
        if (list.some(({ changed }) => changed)) onChanged()
      },
      unableToStart(reason) {
        unable = true
        const error = `worker processes can't start (${reason})`
        for (const { id } of usable) recordReport(options, models, reports, failedReport(id, error))
        settle()
      },
      crashed(reason, culprit) {
        options.log.warn({ reason }, 'a worker crashed and is being replaced')
        if (culprit === null) return
        recordReport(options, models, reports, failedReport(culprit, `loading it crashed the worker (${reason})`))
      },
    },
  )
  return { models: new Map(models.map((model) => [model.id, model])), reports, queue, pool, settled }
}

function failedReport(id: string, error: string): LoadReport {
  return { id, error, input: null, output: null, changed: false, runMs: null }
}

/** Stores the first report of each model, and logs a failure or a slow model once. */
function recordReport(
  options: EngineOptions,
  models: Model[],
  reports: Map<string, LoadReport>,
  report: LoadReport,
): void {
  if (reports.has(report.id)) return
  reports.set(report.id, report)
  const model = models.find(({ id }) => id === report.id)
  if (!model) return
  if (report.error !== null) logUnavailable(options.log, model, report.error)
  const slow = slowModelWarning(report.runMs ?? 0, options)
  if (slow !== null) options.log.warn({ model: model.id, run_ms: Math.round(report.runMs ?? 0) }, slow)
}

function logUnavailable(log: EngineLog, model: CatalogEntry, reason: string): void {
  log.error({ model: model.id, type: model.type, default: model.default, reason }, 'a model is unavailable')
}

function findModel(models: ReadonlyMap<string, Model>, name: string | undefined): Model {
  for (const model of models.values()) {
    if (name === undefined ? model.default : name === model.id || name === model.type) return model
  }
  const names = [...models.values()].flatMap(({ id, type }) => (type ? [type, id] : [id]))
  throw new Problem('unknown_model', `There is no model with that name. Available models: ${names.join(', ')}.`)
}

function requireServing(model: Model, reports: ReadonlyMap<string, LoadReport>): void {
  const error = model.error ?? reports.get(model.id)?.error
  if (error) throw new Problem('not_ready', `The model ${model.id} is unavailable: ${error}.`)
}

function isServing({ models, pool }: Generation): boolean {
  return [...models.values()].some((model) => model.default && pool.serves(model.id))
}

/** `top_k` is an upper bound: a model with fewer labels returns all of them, through every entry point. */
function limitTopK({ topK }: ClassifyOptions, { labels }: Model): number {
  return Math.max(1, Math.min(topK, labels.length))
}
