import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type CatalogEntry, readCatalog, readModelFolder } from '@/lib/server/catalog/catalog'
import { type Model, readModel } from '@/lib/server/engine/model'
import type { Activation } from '@/lib/shared/metrics/activation'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import type { MultiLabelRule } from '@/lib/shared/metrics/multi-label'
import { batchEngine, type Rule } from '../eval/run'
import { defaultDataDir } from '../program/data-dir'
import { EXIT, Failure } from '../program/exit'
import { customModels } from './custom'

/** The selected model. */
export interface ChosenModel {
  id: string
  title: string
  revision: string
  temperature: number | null
  activation: Activation
  rule: Rule
  /** Set for a model of which any number of labels may apply. */
  multiLabel: MultiLabelRule | null
  /** Index of the output that stands for none of the labels; null if there is none. */
  background: number | null
  classes: readonly ClassNames[]
  /** Whether it takes labels in words, and has none of its own. */
  takesTexts: boolean
  /** ID of the model that a custom one builds on; null for any other model. */
  base: string | null
}

interface Choice {
  /** Type, id or folder; the default model if absent. */
  model?: string | undefined
  /** The data folder, with the custom models; by default that of a server. */
  dataDir?: string | undefined
  modelsDir: string
  root: string
  workers: number
  maxPixels: number
}

type Engine = Awaited<ReturnType<typeof batchEngine>>

/**
 * Finds a model and reads its labels.
 *
 * @returns the model, and a function that starts an engine with it alone, which takes longer and rejects with a Failure
 *   if the model does not work
 * @throws Failure if there is no such model, or its folder cannot be used
 */
export async function chooseModel({
  model: name,
  modelsDir,
  dataDir = defaultDataDir(),
  root,
  workers,
  maxPixels,
}: Choice): Promise<{
  model: ChosenModel
  startEngine(): Promise<Engine>
}> {
  const entry = { ...(await findEntry(name, modelsDir, dataDir)), default: true }
  const model = await readModel(entry)
  if (model.error !== null) throw new Failure(EXIT.invalid, `The model ${model.id} cannot be used: ${model.error}.`)
  async function startEngine(): Promise<Engine> {
    const base = model.head && (await findEntry(model.head.base.id, modelsDir, dataDir))
    const engine = await batchEngine({
      catalog: async () => (base ? [entry, { ...base, default: false }] : [entry]),
      workerScript: join(root, 'dist', 'engine-worker.js'),
      workers,
      maxPixels,
    })
    const error = engine.models()[0]?.error
    if (!error) return engine
    await engine.close()
    throw new Failure(EXIT.invalid, `The model ${model.id} cannot be used: ${error}.`)
  }
  return { model: described(model), startEngine }
}

function described({
  id,
  title,
  revision,
  temperature,
  uncertainty,
  labels,
  synonyms,
  head,
  activation,
  text,
  multiLabel,
  background,
}: Model): ChosenModel {
  const classes = labels.map((label, index) => ({ label, others: synonyms[index] ?? [] }))
  return {
    id,
    title,
    revision,
    temperature,
    activation,
    rule: uncertainty,
    multiLabel,
    background,
    classes,
    takesTexts: text !== null,
    base: head?.base.id ?? null,
  }
}

/**
 * A model by its ID or type, or a model folder. A name without a slash is a model's first: photos are often in a folder
 * that has the name of the model that they teach.
 */
async function findEntry(name: string | undefined, modelsDir: string, dataDir: string): Promise<CatalogEntry> {
  const folder = name !== undefined && (await isFolder(name)) ? name : null
  if (folder !== null && /[\\/]|^\.+$/.test(folder)) return readModelFolder(folder)
  const entries = await readCatalog(modelsDir).catch((error: Error) => {
    if (folder !== null) return []
    throw new Failure(EXIT.notFound, `${error.message}.`)
  })
  const custom = await customModels(dataDir)
  const all = [...entries, ...custom]
  const found = all.find((entry) => (name === undefined ? entry.default : name === entry.id || name === entry.type))
  if (found) return found
  if (folder !== null) return readModelFolder(folder)
  const known = all.flatMap(({ id, type }) => (type ? [type, id] : [id]))
  throw new Failure(
    EXIT.notFound,
    `There is no model named ${name}. Available models: ${known.join(', ')}. You can also specify a model folder.`,
  )
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (it) => it.isDirectory(),
    () => false,
  )
}
