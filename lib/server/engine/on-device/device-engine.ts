import { Problem } from '@/lib/shared/problems/problem'
import type { CatalogEntry } from '../../catalog/catalog'
import { deviceModelOf } from '../device-model'
import type { EngineLog } from '../engine-options'
import { kindMembers } from '../kind-members'
import { labelsOf } from '../label-list'
import { type Model, readModel } from '../model'
import { toModelDetails, toModelInfo } from '../model-info'
import { ModelLookup } from '../model-lookup'
import type { LoadReport } from '../protocol'
import type { Engine, EngineStats } from '../types'
import { describeGraph } from './describe-graph'

interface DeviceEngineOptions {
  /** Lists the models. Called again on each reload. */
  catalog: () => Promise<CatalogEntry[]>
  maxPixels: number
  log: EngineLog
}

interface Models {
  models: Map<string, Model>
  /** What the files tell of each usable model. */
  reports: Map<string, LoadReport>
}

const NO_WORK: EngineStats = {
  queue: { photos: 0, limit: 0, bytes: 0, byteLimit: 0 },
  inFlight: 0,
  workers: { ready: 0, wanted: 0, restarts: 0, bytes: 0 },
}

/**
 * An engine for servers whose visitors run the models in their browsers: it describes the models and hands out their
 * files, but loads none and starts no process. What needs a run is refused with `not_found`, like everything else that a
 * server doesn't have: neither a wait nor another credential would help.
 *
 * @throws Error if the models cannot be listed
 */
export async function createDeviceEngine(options: DeviceEngineOptions): Promise<Engine> {
  let current = await readModels(options)
  let reloading = Promise.resolve()
  const lookup = new ModelLookup(() => current.models, undefined)
  const infoOf = (model: Model) => toModelInfo(model, lookup, { reports: current.reports, pool: { serves } })
  const serves = (id: string) => current.reports.get(id)?.error === null

  function reload(): Promise<void> {
    reloading = reloading
      .catch(() => {})
      .then(async () => {
        current = await readModels(options)
      })
    return reloading
  }

  return {
    models: () => lookup.all().map(infoOf),
    model: async (name) => infoOf(await lookup.find(name)),
    hasRevision: async (name, revision) => lookup.known(name)?.revision === revision,
    details: () => lookup.all().map((model) => ({ ...infoOf(model), ...toModelDetails(model) })),
    labels: async (name) => labelsOf(await lookup.find(name)),
    async onDevice(name) {
      const served = lookup.served(await lookup.find(name), current.reports)
      return deviceModelOf(served, current.reports.get(served.model.id), options.maxPixels)
    },
    classify: refuse,
    logits: refuse,
    signature: refuse,
    outputs: refuse,
    embed: refuse,
    embedText: refuse,
    explain: refuse,
    reload,
    ready: () => [...current.models.values()].some((model) => model.default && serves(model.id)),
    settled: async () => {},
    stats: () => NO_WORK,
    close: async () => {},
  }
}

async function refuse(): Promise<never> {
  throw new Problem('not_found', 'This server runs no models: its visitors’ browsers do (INFERENCE=browser).')
}

/**
 * Reads the models. One that browsers can't run is left out, since nothing here could run it; one with a damaged folder
 * stays in the list with its error.
 */
async function readModels({ catalog, maxPixels, log }: DeviceEngineOptions): Promise<Models> {
  const all = await Promise.all((await catalog()).map(readModel))
  const kept: Models = { models: new Map(), reports: new Map() }
  for (const model of all) {
    const { id, type, error } = model
    if (error !== null) {
      log.error({ model: id, type, default: model.default, reason: error }, 'a model is unavailable')
      kept.models.set(id, model)
      continue
    }
    try {
      const report = reportOf(model)
      await deviceModelOf({ model, base: model }, report, maxPixels)
      kept.models.set(id, model)
      kept.reports.set(id, report)
    } catch (reason) {
      const about = reason instanceof Problem ? reason.detail : (reason as Error).message
      log.warn({ model: id, type, default: model.default, reason: about }, 'left out a model that browsers can’t run')
    }
  }
  return kept
}

/** What a worker process would report. */
function reportOf(model: Model): LoadReport {
  const { embedding, ...facts } = describeGraph(model)
  const known = { id: model.id, error: null, changed: false, runMs: null, onCpu: null, ...facts }
  if (embedding === null) return { ...known, embedding: null, embeddingSource: null }
  const { dimensions, ...embeddingSource } = embedding
  return { ...known, embedding: { dimensions, kinds: kindMembers(model.synonyms)?.length ?? 0 }, embeddingSource }
}
