import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type CatalogEntry, readCatalog, readModelFolder } from '@/lib/server/catalog/catalog'
import { type Model, readModel } from '@/lib/server/engine/model'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import { batchEngine, type Rule } from '../eval/run'
import { EXIT, Failure } from '../program/exit'

/** The selected model, loaded on its own. */
export interface ChosenModel {
  id: string
  title: string
  revision: string
  temperature: number | null
  rule: Rule
  classes: readonly ClassNames[]
}

interface Choice {
  /** Type, id or folder; the default model if absent. */
  model?: string
  modelsDir: string
  root: string
  workers: number
  maxPixels: number
}

/**
 * Loads a single model.
 *
 * @throws Failure if there is no such model, or it does not work
 */
export async function chooseModel({ model: name, modelsDir, root, workers, maxPixels }: Choice): Promise<{
  engine: Awaited<ReturnType<typeof batchEngine>>
  model: ChosenModel
}> {
  const entry = { ...(await findEntry(name, modelsDir)), default: true }
  const model = await readModel(entry)
  if (model.error !== null) throw new Failure(EXIT.invalid, `The model ${model.id} cannot be used: ${model.error}.`)
  const engine = await batchEngine({
    catalog: async () => [entry],
    workerScript: join(root, 'dist', 'engine-worker.js'),
    workers,
    maxPixels,
  })
  const error = engine.models()[0]?.error
  if (error) {
    await engine.close()
    throw new Failure(EXIT.invalid, `The model ${model.id} cannot be used: ${error}.`)
  }
  return { engine, model: described(model) }
}

function described({ id, title, revision, temperature, uncertainty, labels, synonyms }: Model): ChosenModel {
  const classes = labels.map((label, index) => ({ label, others: synonyms[index] ?? [] }))
  return { id, title, revision, temperature, rule: uncertainty, classes }
}

async function findEntry(name: string | undefined, modelsDir: string): Promise<CatalogEntry> {
  const isFolder =
    name !== undefined &&
    (await stat(name).then(
      (it) => it.isDirectory(),
      () => false,
    ))
  if (name !== undefined && isFolder) return readModelFolder(name)
  const entries = await readCatalog(modelsDir).catch((error: Error) => {
    throw new Failure(EXIT.notFound, `${error.message}.`)
  })
  const found = entries.find((entry) => (name === undefined ? entry.default : name === entry.id || name === entry.type))
  if (found) return found
  const known = entries.flatMap(({ id, type }) => (type ? [type, id] : [id]))
  throw new Failure(
    EXIT.notFound,
    `There is no model named ${name}. Available models: ${known.join(', ')}. You can also specify a model folder.`,
  )
}
