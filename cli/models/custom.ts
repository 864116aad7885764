import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCatalog, readHeadFolder } from '@/lib/server/catalog/catalog'
import { revisionPrefix } from '@/lib/server/custom-models/object-keys'
import { CustomModelStore } from '@/lib/server/custom-models/store'
import { type Model, readModel } from '@/lib/server/engine/model'
import { ModelLookup } from '@/lib/server/engine/model-lookup'
import { FolderObjects } from '@/lib/server/storage/folder-objects'
import type { MultiLabelMetrics } from '@/lib/shared/metrics/label-metrics'
import { Problem } from '@/lib/shared/problems/problem'
import type { Evaluation } from '@/lib/shared/training/folder/evaluation'
import { EXIT, Failure } from '../program/exit'

/** The store of custom models in a data folder. */
export function customStore(dataDir: string): CustomModelStore {
  return new CustomModelStore(new FolderObjects(join(dataDir, 'models')))
}

/** The custom models in a data folder. */
export async function customModels(dataDir: string): Promise<Model[]> {
  const steps = await customStore(dataDir).current()
  return Promise.all(
    [...steps.values()].map(async ({ id, revision }) =>
      readModel(await readHeadFolder(id, join(dataDir, 'models', revisionPrefix(id, revision ?? '')))),
    ),
  )
}

/** Before the photos are read. @throws Failure if a model has this ID, or it is the name of a type */
export async function requireFreeId(modelsDir: string, dataDir: string, wanted: string): Promise<void> {
  const entries = await readCatalog(modelsDir)
  const isTaken = entries.some(({ id, type }) => wanted === id || wanted === type)
  if (isTaken || (await customStore(dataDir).current()).has(wanted))
    throw new Failure(EXIT.failed, `There is already a model named ${wanted}. Choose another --id.`)
}

/** Why a model can't be used, in one line; null if it can. A custom model also needs its base. */
export function statusOf(model: Model, models: readonly Model[]): string | null {
  if (model.error !== null || model.head === null) return model.error
  const catalog = new Map(models.filter(({ head }) => head === null).map((one) => [one.id, one]))
  try {
    new ModelLookup(() => catalog, undefined).served(model, new Map())
    return null
  } catch (error) {
    if (error instanceof Problem) return error.detail.replace(/^.*? is unavailable: |\.$/g, '')
    throw error
  }
}

/** How a custom model was made, and how good it is. */
export interface TrainingDetails {
  base: { id: string; revision: string }
  created: string
  /** 0 for groups of labels. */
  examples: number
  purpose: string | null
  /** By cross-validation; null if it isn't known. */
  top1: number | null
  top1_interval: readonly [number, number] | null
  /** Set for a model of photos that may have several labels: by cross-validation, or null if that isn't known. */
  multi_label?: Pick<MultiLabelMetrics, 'map' | 'micro_f1' | 'macro_f1'> | null
}

export async function trainingOf({ head, folder }: Model): Promise<TrainingDetails | null> {
  if (head === null) return null
  const text = await readFile(join(folder, 'evaluation.json'), 'utf8').catch(() => 'null')
  const { report = null, multi_label } = (JSON.parse(text) as Evaluation | null) ?? {}
  const { base, created, examples, purpose = null } = head
  const accuracy = { top1: report?.top1 ?? null, top1_interval: report?.top1_interval ?? null }
  if (!multi_label) return { base, created, examples, purpose, ...accuracy }
  const { map, micro_f1, macro_f1 } = multi_label.report ?? {}
  const known = map !== undefined && micro_f1 !== undefined && macro_f1 !== undefined
  return { base, created, examples, purpose, ...accuracy, multi_label: known ? { map, micro_f1, macro_f1 } : null }
}

export function trainingRows({ base, created, examples, purpose, ...accuracy }: TrainingDetails): [string, string][] {
  return [
    ['purpose', purpose ?? 'not specified'],
    ['base', `${base.id} (${base.revision})`],
    [
      'trained',
      `${created.slice(0, 10)}, ${examples === 0 ? 'groups of labels of its base' : `on ${examples} photos`}`,
    ],
    accuracyRow(accuracy),
  ]
}

const percent = (share: number) => (100 * share).toFixed(1)

function accuracyRow(accuracy: Pick<TrainingDetails, 'top1' | 'top1_interval' | 'multi_label'>): [string, string] {
  const { top1, top1_interval: interval, multi_label: sets } = accuracy
  if (sets !== undefined) {
    const figures =
      sets && `mAP ${percent(sets.map)}%, F1 ${percent(sets.micro_f1)}% (micro) and ${percent(sets.macro_f1)}% (macro)`
    return ['accuracy', figures === null ? 'unknown' : `${figures}, by cross-validation`]
  }
  if (top1 === null || interval === null) return ['accuracy', 'unknown']
  return ['accuracy', `${percent(top1)}% by cross-validation (95% interval: ${interval.map(percent).join(' to ')}%)`]
}
