import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import Papa from 'papaparse'
import { z } from 'zod'
import type { UncertaintyRule } from '@/lib/shared/metrics/uncertainty'
import type { EvaluationSummary } from '@/lib/shared/model-details'
import { publishedSchema } from '../catalog/available'
import type { CatalogEntry } from '../catalog/catalog'
import { type Preprocessor, parsePreprocessor } from '../image/preprocessor'
import { isTimm, timmPreprocessor } from '../image/timm'
import type { SelfTest, WorkerModel } from './protocol'

/** A model folder read and understood. A folder that is not has an `error` and is never sent to a worker. */
export interface Model extends CatalogEntry {
  title: string
  license: string | null
  labels: readonly string[]
  preprocessor: Preprocessor | null
  temperature: number | null
  uncertainty: UncertaintyRule | null
  /** Other names of each class, in the order of the labels; empty where the model has none. */
  synonyms: readonly (readonly string[])[]
  /** What a reader should know of a label, by its index. */
  notes: ReadonlyMap<number, string>
  selfTest: SelfTest | null
  /** Accuracy that the model's authors published, as a fraction, and where that was read. */
  published: { value: number; source: string } | null
  /** Its committed evaluation, where there is one and it is of this very file. */
  evaluation: EvaluationSummary | null
  /** What its card says besides figures. */
  card: {
    source?: string | undefined
    recipe?: string | undefined
    trained_on?: string | undefined
    limits?: string | undefined
    not_for?: string | undefined
  }
}

const configSchema = z.object({
  id2label: z.record(z.string().regex(/^\d+$/), z.string().min(1)).optional(),
  /** timm's names. */
  label_names: z.array(z.string().min(1)).optional(),
  num_classes: z.int().min(1).optional(),
  vision: z
    .object({
      title: z.string().optional(),
      license: z.string().optional(),
      /** Fitted temperature. Absent: scores are the plain softmax and called not calibrated. */
      temperature: z.number().positive().optional(),
      /** When an answer is called uncertain. */
      uncertainty: z
        .object({
          score_below: z.number().min(0).max(1),
          margin_below: z.number().min(0).max(1),
          entropy_above: z.number().min(0),
        })
        .optional(),
      /** A CSV beside the folder, a line a class in the order of the labels, with their `wnid` and `synonyms`. */
      classes: z.string().optional(),
      published_top1: publishedSchema.optional(),
      card: z
        .object({
          source: z.string(),
          recipe: z.string(),
          trained_on: z.string(),
          limits: z.string(),
          not_for: z.string(),
        })
        .partial()
        .optional(),
      /** By index: what a reader should know of a label. */
      notes: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
    })
    .default({}),
})

const selfTestSchema = z.object({ picture: z.string(), logits: z.array(z.number()).min(1) })

/** Reads the JSON files of a model folder. Never throws: what is wrong stands in `error`. */
export async function readModel(entry: CatalogEntry): Promise<Model> {
  const empty: Model = {
    ...entry,
    title: entry.id,
    license: null,
    labels: [],
    preprocessor: null,
    temperature: null,
    uncertainty: null,
    synonyms: [],
    notes: new Map(),
    selfTest: null,
    published: null,
    evaluation: null,
    card: {},
  }
  if (entry.error !== null) return empty
  try {
    const file = await json(entry.folder, 'config.json')
    const config = configSchema.parse(file)
    return {
      ...empty,
      title: config.vision.title ?? entry.id,
      license: config.vision.license ?? null,
      labels: labelList(config),
      preprocessor: isTimm(file)
        ? timmPreprocessor(file)
        : parsePreprocessor(await json(entry.folder, 'preprocessor_config.json')),
      temperature: config.vision.temperature ?? null,
      uncertainty: ruleOf(config.vision.uncertainty),
      synonyms: config.vision.classes ? await readSynonyms(join(entry.folder, config.vision.classes)) : [],
      notes: new Map(Object.entries(config.vision.notes ?? {}).map(([index, note]) => [Number(index), note])),
      selfTest: await readSelfTest(entry.folder),
      published: config.vision.published_top1 ?? null,
      evaluation: await readEvaluation(entry),
      card: config.vision.card ?? {},
    }
  } catch (error) {
    return { ...empty, error: explain(error) }
  }
}

/** What a worker must know of a model. */
export function workerModel(model: Model): WorkerModel {
  if (model.preprocessor === null) throw new Error(`${model.id} cannot be sent to a worker: ${model.error}`)
  return {
    id: model.id,
    file: model.file,
    preprocessor: model.preprocessor,
    temperature: model.temperature ?? 1,
    classes: model.labels.length,
    selfTest: model.selfTest,
    uncertainty: model.uncertainty,
  }
}

type Config = z.output<typeof configSchema>

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

/** Figures of `evaluation.json`. Those of another file than this one would be lies, and a damaged one says nothing. */
async function readEvaluation({ folder, revision }: CatalogEntry): Promise<EvaluationSummary | null> {
  const parsed = evaluationSchema.safeParse(await json(folder, 'evaluation.json').catch(() => null))
  if (!parsed.success || parsed.data.model.revision !== revision) return null
  const { model: _model, ...figures } = parsed.data
  return figures
}

function ruleOf(rule: Config['vision']['uncertainty']): UncertaintyRule | null {
  if (rule === undefined) return null
  return { scoreBelow: rule.score_below, marginBelow: rule.margin_below, entropyAbove: rule.entropy_above }
}

/** The WordNet id and the synonyms of each class. */
async function readSynonyms(path: string): Promise<string[][]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`config.json: vision.classes names ${basename(path)}, which cannot be read`)
  })
  const { data } = Papa.parse<{ wnid?: string; synonyms?: string }>(text, { header: true, skipEmptyLines: true })
  return data.map(({ wnid, synonyms = '' }) => [...(wnid ? [wnid] : []), ...synonyms.split(', ').filter(Boolean)])
}

async function json(folder: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, name), 'utf8'))
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Error(missing ? `${name} is missing` : `${name} is not valid JSON`, { cause: error })
  }
}

/** Labels in the order of the outputs. A model that only says how many classes it has gets numbers for names. */
function labelList({ id2label, label_names, num_classes }: Config): readonly string[] {
  if (label_names) return label_names
  if (id2label === undefined) {
    if (num_classes === undefined) throw new Error('config.json: id2label is missing')
    return Array.from({ length: num_classes }, (_, index) => `class ${index}`)
  }
  const count = Object.keys(id2label).length
  return Array.from({ length: count }, (_, index) => {
    const label = id2label[index]
    if (label === undefined) throw new Error(`config.json: id2label has ${count} labels but none for ${index}`)
    return label
  })
}

async function readSelfTest(folder: string): Promise<SelfTest | null> {
  const content = await json(folder, 'self-test.json').catch((error: Error) => {
    if (error.message.endsWith('is missing')) return null
    throw error
  })
  if (content === null) return null
  const { picture, logits } = selfTestSchema.parse(content)
  return { picture: join(folder, picture), logits }
}

function explain(error: unknown): string {
  return error instanceof z.ZodError
    ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    : (error as Error).message
}
