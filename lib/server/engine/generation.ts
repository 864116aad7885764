import type { CatalogEntry } from '../catalog/catalog'
import { noEmbedding } from './embedding'
import type { EngineLog, EngineOptions } from './engine-options'
import { type Model, readModel, workerModel } from './model'
import { Pool } from './pool'
import type { LoadReport } from './protocol'
import { Queue } from './queue'
import { slowModelWarning } from './slow-model-warning'

/** One set of models with its workers. A reload builds a second set next to it, then swaps them. */
export interface Generation {
  models: Map<string, Model>
  reports: Map<string, LoadReport>
  queue: Queue
  pool: Pool
  /** Resolves at the first report of a worker, or if no model can be loaded at all. */
  settled: Promise<void>
}

/**
 * Reads the models of the catalog and starts workers for those that can be read.
 *
 * @param first how many workers start at once; the others follow when one of them has loaded the models
 */
export async function createGeneration(
  options: EngineOptions,
  first: number,
  onChanged: () => void,
): Promise<Generation> {
  const entries = await options.catalog()
  const models = await Promise.all(entries.map(readModel))
  // A custom model has no session of its own.
  const usable = models.filter((model) => model.error === null && model.head === null)
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
      first,
      maxPixels: options.maxPixels,
      timeoutMs: options.workerTimeoutMs,
      maxBytes: options.workerMaxBytes,
      scarceMemory: options.scarceMemory ?? false,
      provider: options.provider ?? 'cpu',
    },
    usable.map(workerModel),
    queue,
    {
      loaded(list, slowJpeg) {
        if (slowJpeg !== null && reports.size === 0)
          options.log.warn({ reason: slowJpeg }, 'JPEGs are decoded more slowly on this platform')
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
  return {
    id,
    error,
    input: null,
    output: null,
    embedding: null,
    embeddingSource: null,
    changed: false,
    runMs: null,
    onCpu: null,
  }
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
  const { provider } = options
  if (report.onCpu !== null)
    options.log.warn({ model: model.id, provider, reason: report.onCpu }, 'a model runs on the CPU instead')
  const slow = slowModelWarning(report.runMs ?? 0, options)
  if (slow !== null) options.log.warn({ model: model.id, run_ms: Math.round(report.runMs ?? 0) }, slow)
}

function logUnavailable(log: EngineLog, model: CatalogEntry, reason: string): void {
  log.error({ model: model.id, type: model.type, default: model.default, reason }, 'a model is unavailable')
}

/** @throws Problem `invalid_parameter` if it is known to have no embedding */
export function requireEmbedding({ id }: Model, reports: ReadonlyMap<string, LoadReport>): void {
  const embedding = reports.get(id)?.embedding
  if (typeof embedding === 'string') throw noEmbedding(id, embedding)
}

/** Whether a worker serves the default model. */
export function isServing({ models, pool }: Generation): boolean {
  return [...models.values()].some((model) => model.default && pool.serves(model.id))
}
