import { isMultiLabel, slugOf } from '@/lib/server/custom-models/service'
import type { CustomModelStore, Step } from '@/lib/server/custom-models/store'
import type { ModelConfig } from '@/lib/server/engine/model-config'
import type { Engine } from '@/lib/server/engine/types'
import type { CustomDescription } from '@/lib/shared/contract/custom-models'
import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import { readExamples } from '@/lib/shared/training/example-file'
import type { LabelRules } from '@/lib/shared/training/folder/fit-examples'
import { modelFolder } from '@/lib/shared/training/folder/model-folder'
import { mergeExamples } from '@/lib/shared/training/merge-examples'
import { chooseModel } from '../models/choose-model'
import { customStore, requireFreeId } from '../models/custom'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { descriptionOf } from './description'
import { embedPhotos, type TrainingBase } from './embed-photos'
import { feedbackPhotos } from './feedback-photos'
import { fitPhotos, fitWords, wordsFor } from './fit'
import { type LabeledPhoto, labeledPhotos } from './labeled-photos'
import type { TrainOptions } from './options'
import { namedByFile } from './photo-files'
import { summary } from './summary'
import { testHead } from './test-head'

/** An existing custom model that is trained again. */
interface Existing {
  id: string
  step: Step
  config: ModelConfig & { vision: { base_model: { id: string } } }
}

/** What is to be trained. */
interface Plan extends LabelRules {
  id: string
  options: TrainOptions
  description: CustomDescription
  store: CustomModelStore
  existing: Existing | null
  photos: readonly LabeledPhoto[]
  /** Photos to test on. */
  tests: readonly LabeledPhoto[] | null
  workers: number
  signal: AbortSignal
}

/** Trains a custom model on a folder and saves it. @throws Failure */
export async function trainModel(
  folder: string | undefined,
  options: TrainOptions,
  context: CommandContext,
): Promise<void> {
  const description = descriptionOf(options)
  const store = customStore(options.dataDir)
  const existing = await findExisting(store, options.add ?? options.refresh)
  const multiLabel = labelRule(options, existing)
  const tests =
    options.test === undefined ? null : await labeledPhotos(options.test, { ...options, multiLabel, labels: undefined })
  const workers = options.workers ?? (await context.defaultWorkers())
  const model = options.base ?? existing?.config.vision.base_model.id
  const { model: base, startEngine } = await chooseModel({ ...context, ...options, model, workers })
  const photos = await photosOf(folder, { ...options, multiLabel }, existing?.id ?? base.id)
  const id = existing?.id ?? options.id ?? slugOf(description.title ?? '')
  if (existing === null) await requireFreeId(options.modelsDir, options.dataDir, id)
  const engine = await startEngine()
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort(new Failure(EXIT.interrupted, 'Interrupted. Nothing was saved.')))
  try {
    const { signal } = interrupted
    const result = await run(engine, {
      id,
      options,
      multiLabel,
      description,
      store,
      existing,
      photos,
      tests,
      workers,
      signal,
    })
    console.log(options.json ? JSON.stringify(result, null, 2) : summary(result, context.commandName))
  } catch (error) {
    interrupted.signal.throwIfAborted()
    if (error instanceof Problem) throw new Failure(exitCodeOf(error), error.detail, { cause: error })
    throw error
  } finally {
    await engine.close()
  }
}

/**
 * The photos of the folder, and those of answers that visitors corrected.
 *
 * @param voted the model that visitors voted on
 * @throws Failure
 */
async function photosOf(
  folder: string | undefined,
  options: TrainOptions & LabelRules,
  voted: string,
): Promise<readonly LabeledPhoto[]> {
  const { fromFeedback } = options
  if (folder === undefined && fromFeedback === undefined) {
    if (options.words !== undefined) return []
    throw new Failure(EXIT.usage, 'Specify a folder of photos, or use --words, --from-feedback or --groups.')
  }
  const own = folder === undefined ? [] : await labeledPhotos(folder, options)
  return fromFeedback === undefined ? own : [...own, ...(await feedbackPhotos(fromFeedback, voted))]
}

async function run(engine: Engine, plan: Plan) {
  const { id, options, multiLabel, store, existing, photos, tests, signal } = plan
  const base = await baseOf(engine)
  const { examples, skipped, files: names } = await embedPhotos(engine, base, photos, { ...plan, title: 'embedding' })
  const known = options.add !== undefined && existing ? await knownExamples(store, existing) : []
  const all = mergeExamples(known, examples)
  const words = wordsFor(options, existing?.config)
  const fitted = words
    ? await fitWords(engine, base.id, words, all, signal)
    : await fitPhotos(all, { multiLabel }, signal)
  const { evaluation } = fitted.trained
  const tested = {
    labels: evaluation.labels,
    thresholds: evaluation.multi_label?.thresholds,
    score: fitted.score,
  }
  const test = tests && (await testHead(engine, base, tested, tests, plan))
  const files = modelFolder(fitted.trained, { ...folderOptions(plan, base), words: fitted.words })
  const saved = await store.save(id, files, existing?.step.step ?? null)
  const named = namedByFile(evaluation, names)
  return { id, revision: saved.revision, base: base.id, ...evaluation, ...named, test, skipped }
}

/**
 * Whether photos may have several labels: if the command says so, or the model that learns more was trained so.
 *
 * @throws Failure for contradictions
 */
function labelRule({ multiLabel = false, add, words }: TrainOptions, existing: Existing | null): boolean {
  const was = existing !== null && isMultiLabel(existing.config)
  if (multiLabel && words !== undefined) throw new Failure(EXIT.usage, 'Use either --multi-label or --words.')
  if (multiLabel && add !== undefined && !was) {
    const detail = `${add} learned one label for each photo. To train it again from all photos, use --refresh.`
    throw new Failure(EXIT.invalid, detail)
  }
  return multiLabel || was
}

/** What isn't said anew stays as it was. */
function folderOptions({ options, description, existing }: Plan, { id, revision }: { id: string; revision: string }) {
  const { title = options.id, license, custom } = existing?.config.vision ?? {}
  return {
    title,
    license,
    purpose: custom?.purpose,
    ...description,
    base: { id, revision },
    created: new Date().toISOString(),
    unlisted: false,
  }
}

/** @throws Failure */
async function findExisting(store: CustomModelStore, id: string | undefined): Promise<Existing | null> {
  if (id === undefined) return null
  const step = (await store.history(id)).at(-1)
  const config = step && (await store.file(id, step.revision ?? '', 'config.json'))
  if (!config) throw new Failure(EXIT.notFound, `There is no custom model named ${id}.`)
  const parsed = JSON.parse(new TextDecoder().decode(config)) as Existing['config']
  if (parsed.vision.head === 'groups')
    throw new Failure(EXIT.invalid, `${id} groups the labels of its base. It doesn’t learn from photos.`)
  return { id, step, config: parsed }
}

async function knownExamples(store: CustomModelStore, { id, step }: Existing): Promise<Example[]> {
  const content = await store.file(id, step.revision ?? '', 'examples.safetensors')
  return content === null ? [] : readExamples(content)
}

/** @throws Failure if the model has no embedding */
async function baseOf(engine: Engine): Promise<TrainingBase> {
  const { id, revision, embedding, embedding_reason, base_model } = await engine.model(undefined)
  if (base_model !== null) throw new Failure(EXIT.invalid, `${id} is a custom model. Use its base, ${base_model.id}.`)
  if (embedding === null) throw new Failure(EXIT.invalid, `${id} can’t be a base model: ${embedding_reason}.`)
  return { id, revision, ...embedding }
}

function exitCodeOf({ code }: Problem): Failure['code'] {
  if (code === 'storage_full') return EXIT.noSpace
  return code === 'conflict' ? EXIT.failed : EXIT.invalid
}
