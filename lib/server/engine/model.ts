import { join } from 'node:path'
import * as z from 'zod'
import type { ModelRef } from '@/lib/shared/contract/contract'
import type { EvaluationSummary, TrainingSummary } from '@/lib/shared/contract/model-details'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import type { Activation } from '@/lib/shared/metrics/activation'
import type { MultiLabelRule } from '@/lib/shared/metrics/multi-label'
import type { UncertaintyRule } from '@/lib/shared/metrics/uncertainty'
import { activationOf, type HeadKind, uncertaintyRule } from '@/lib/shared/training/folder/custom-config'
import { multiLabelRule } from '@/lib/shared/training/folder/multi-label-rule'
import type { CatalogEntry } from '../catalog/catalog'
import { parsePreprocessor } from '../image/hf-preprocessor'
import { isTimm, timmPreprocessor } from '../image/timm'
import { kindMembers } from './kind-members'
import { type CustomDetails, configSchema, type ModelConfig } from './model-config'
import { readJson, withFileName } from './model-file'
import type { SelfTest, WorkerModel } from './protocol'
import { readLabels } from './read-labels'
import type { TextSide } from './text-side'

/** A parsed model folder. If parsing failed, `error` is set and the model is never sent to a worker. */
export interface Model extends CatalogEntry {
  title: string
  license: string | null
  /** One for each output, that of the background included. */
  labels: readonly string[]
  preprocessor: Preprocessor | null
  /** The output with the scores, if the folder names it. */
  output: string | null
  temperature: number | null
  /** What makes scores of the logits. */
  activation: Activation
  uncertainty: UncertaintyRule | null
  /** Set for a model of which any number of labels may apply. */
  multiLabel: MultiLabelRule | null
  /** Index of the output that stands for none of the labels; null if there is none. */
  background: number | null
  /** Set for a model of photos and texts, which has no labels of its own. */
  text: TextSide | null
  /** Other names of each class, in label order; empty if the model has none. */
  synonyms: readonly (readonly string[])[]
  /** Notes on labels for the reader, by index. */
  notes: ReadonlyMap<number, string>
  selfTest: SelfTest | null
  /** Accuracy published by the model's authors, as a fraction, with its source. */
  published: { value: number; source: string } | null
  /** The committed evaluation, if there is one for exactly this revision. */
  evaluation: EvaluationSummary | null
  /** Set for a custom model that was trained on photos. */
  training: TrainingSummary | null
  /** Set for a custom model. */
  head: ModelHead | null
  /** The text fields of its card. */
  card: {
    source?: string | undefined
    recipe?: string | undefined
    trained_on?: string | undefined
    limits?: string | undefined
    not_for?: string | undefined
  }
}

/** How a custom model builds on another one. */
interface ModelHead extends CustomDetails {
  kind: HeadKind
  base: { id: string; revision: string }
}

const selfTestSchema = z.object({ picture: z.string(), logits: z.array(z.number()).min(1) })

/** Reads the JSON files of a model folder. Never throws: problems are reported in `error`. */
export async function readModel(entry: CatalogEntry): Promise<Model> {
  const empty: Model = {
    ...entry,
    title: entry.id,
    license: null,
    labels: [],
    preprocessor: null,
    output: null,
    temperature: null,
    activation: 'softmax',
    uncertainty: null,
    multiLabel: null,
    background: null,
    text: null,
    synonyms: [],
    notes: new Map(),
    selfTest: null,
    published: null,
    evaluation: null,
    training: null,
    head: null,
    card: {},
  }
  if (entry.error !== null) return empty
  try {
    const file = await readJson(entry.folder, 'config.json')
    const config = withFileName('config.json', () => configSchema.parse(file))
    const { text, labels } = await readLabels(entry, file, config)
    const multiLabel = withFileName('config.json', () => multiLabelRule(config, labels.labels.length))
    return {
      ...empty,
      title: config.vision.title ?? entry.id,
      license: config.vision.license ?? null,
      labels: labels.labels,
      // A custom model gets its photos prepared as its base needs them.
      preprocessor: config.vision.base_model ? null : await readPreprocessor(entry.folder, file, config.model_type),
      head: headOf(config),
      output: config.vision.output ?? null,
      temperature: config.vision.temperature ?? null,
      activation: activationOf(config.vision.activation, multiLabel),
      text,
      uncertainty: uncertaintyRule(config.vision.uncertainty),
      multiLabel,
      background: config.vision.background ?? null,
      synonyms: labels.synonyms,
      notes: new Map(Object.entries(config.vision.notes ?? {}).map(([index, note]) => [Number(index), note])),
      selfTest: await readSelfTest(entry.folder),
      published: config.vision.published_top1 ?? null,
      evaluation: await readEvaluation(entry),
      training: isTrained(config.vision.head) ? await readTraining(entry, config) : null,
      card: config.vision.card ?? {},
    }
  } catch (error) {
    return { ...empty, error: (error as Error).message }
  }
}

const isTrained = (head: HeadKind | undefined) => head === 'linear' || head === 'cosine'

async function readPreprocessor(folder: string, config: unknown, modelType: string | undefined): Promise<Preprocessor> {
  if (isTimm(config)) return withFileName('config.json', () => timmPreprocessor(config))
  const file = await readJson(folder, 'preprocessor_config.json')
  return withFileName('preprocessor_config.json', () => parsePreprocessor(file, modelType))
}

/** The part of a model that a worker needs. */
export function workerModel(model: Model): WorkerModel {
  if (model.preprocessor === null) throw new Error(`${model.id} cannot be sent to a worker: ${model.error}`)
  return {
    id: model.id,
    file: model.file,
    preprocessor: model.preprocessor,
    temperature: model.temperature ?? 1,
    classes: model.labels.length,
    activation: model.activation,
    multiLabel: model.multiLabel,
    background: model.background,
    selfTest: model.selfTest,
    output: model.output,
    text: model.text,
    default: model.default,
    kinds: kindMembers(model.synonyms),
    stamps: model.stamps,
    uncertainty: model.uncertainty,
  }
}

const interval = z.tuple([z.number(), z.number()])
const evaluationSchema = z.object({
  model: z.object({ revision: z.string() }),
  dataset: z.string(),
  images: z.int(),
  top1: z.number(),
  top1_interval: interval,
  top5: z.number(),
  ece: z.number(),
  ece_of_perfect: interval,
  uncertain: z.number(),
})

/**
 * Reads the figures of `evaluation.json`. Figures for a different revision would be wrong, so they are ignored, and so
 * is a damaged file.
 */
async function readEvaluation({ folder, revision }: CatalogEntry): Promise<EvaluationSummary | null> {
  const parsed = evaluationSchema.safeParse(await readJson(folder, 'evaluation.json').catch(() => null))
  if (!parsed.success || parsed.data.model.revision !== revision) return null
  const { model: _model, ...figures } = parsed.data
  return figures
}

const trainingSchema = z.object({
  examples: z.int(),
  report: z.object({ top1: z.number(), top1_interval: interval, photos: z.int() }).nullable(),
  /** Of a model of which several labels may apply; then there is no `report`. */
  multi_label: z
    .object({
      report: z.object({ map: z.number(), micro_f1: z.number(), macro_f1: z.number(), photos: z.int() }).nullable(),
    })
    .optional(),
})

/** Reads how a custom model was trained. A damaged file doesn't keep the model from working. */
async function readTraining({ folder }: CatalogEntry, { vision }: ModelConfig): Promise<TrainingSummary | null> {
  const parsed = trainingSchema.safeParse(await readJson(folder, 'evaluation.json').catch(() => null))
  if (!parsed.success) return null
  const { examples, report, multi_label } = parsed.data
  const accuracy = report && { top1: report.top1, interval: report.top1_interval, photos: report.photos }
  return { examples, accuracy, multiLabel: multi_label?.report ?? null, purpose: vision.custom?.purpose ?? null }
}

function headOf({ vision: { base_model: base, head: kind, custom } }: ModelConfig): ModelHead | null {
  if (base === undefined) return null
  if (kind === undefined || custom === undefined)
    throw new Error('config.json: a model with vision.base_model needs vision.head and vision.custom, too')
  return { base, kind, ...custom }
}

async function readSelfTest(folder: string): Promise<SelfTest | null> {
  const content = await readJson(folder, 'self-test.json').catch((error: Error) => {
    if (error.message.endsWith('is missing')) return null
    throw error
  })
  if (content === null) return null
  const { picture, logits } = withFileName('self-test.json', () => selfTestSchema.parse(content))
  return { picture: join(folder, picture), logits }
}

/** How results name a model. */
export function modelRef(model: Model): ModelRef {
  const { id, type, revision, multiLabel, temperature } = model
  return {
    id,
    type,
    revision,
    calibrated: temperature !== null,
    problem_type: multiLabel === null ? 'single_label_classification' : 'multi_label_classification',
  }
}

/** The number of labels that results may have: one for each output but the background. */
export function classCount({ labels, background }: Pick<Model, 'labels' | 'background'>): number {
  return labels.length - (background === null ? 0 : 1)
}
