import { randomBytes } from 'node:crypto'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { CUSTOM_ID, type CustomDescription, idOf, type TrainParameters } from '@/lib/shared/contract/custom-models'
import { Problem } from '@/lib/shared/problems/problem'
import { type Example, NO_LABEL } from '@/lib/shared/training/example'
import { readExamples } from '@/lib/shared/training/example-file'
import type { Evaluation } from '@/lib/shared/training/folder/evaluation'
import { describedAgain, type ModelFiles, modelFolder } from '@/lib/shared/training/folder/model-folder'
import { mergeExamples } from '@/lib/shared/training/merge-examples'
import { countPhotos } from '@/lib/shared/training/multi-label/photo-set'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import type { ModelConfig } from '../engine/model-config'
import type { ModelSource } from '../engine/model-parts'
import type { Engine } from '../engine/types'
import { ONNX_FILES, OnnxFolders } from './onnx-folder'
import type { CustomModels } from './registry'
import { Scratch } from './scratch'
import type { CustomModelStore, Step } from './store'
import { runTraining } from './training/run-training'
import { TrainingSlots } from './training/slots'
import { allLabels, embedWords, trainFromWords } from './words'

export interface ServiceOptions {
  engine: Pick<Engine, 'model' | 'embedText'> & ModelSource
  store: CustomModelStore
  models: CustomModels
  /** Path of the built script of the training process. */
  script: string
  /** Whether each model can only be used by people who know its ID. */
  unlisted: boolean
}

/** A revision that was saved. */
export interface SavedModel {
  model: ModelInfo
  evaluation: Evaluation
}

/** What a single model may have. */
export interface TrainingLimits {
  labels: number
  photos: number
}

export interface TrainOptions {
  signal: AbortSignal
  /** None if absent. */
  limits?: TrainingLimits | undefined
  /** Called with the share that is done, from 0 to 1. */
  onProgress?: ((done: number) => void) | undefined
}

/** Examples, and the revision of the base model that embedded them. */
export interface EmbeddedExamples {
  base: { id: string; revision: string }
  examples: readonly Example[]
}

/** Trains, changes and deletes custom models. */
export class CustomModelService {
  private readonly slots = new TrainingSlots()

  private readonly onnx: OnnxFolders
  private readonly scratch = new Scratch()

  constructor(private readonly options: ServiceOptions) {
    this.onnx = new OnnxFolders(options.engine)
  }

  /** For files of uploads and trainings, which are removed. @throws NodeJS.ErrnoException if there is no disk for it */
  get folder(): string {
    return this.scratch.path
  }

  close(): void {
    this.scratch.close()
  }

  /**
   * The ID for a new model.
   *
   * @throws Problem `conflict` if it is taken
   */
  async newId({ id, title }: Pick<TrainParameters, 'id' | 'title'>): Promise<string> {
    if (this.options.unlisted) return `m-${randomBytes(16).toString('hex')}`
    const wanted = id ?? slugOf(title ?? 'custom model')
    const taken = await this.options.engine.model(wanted).then(
      () => true,
      () => false,
    )
    if (taken) throw new Problem('conflict', `There is already a model named ${wanted}. Choose another id.`)
    return wanted
  }

  /**
   * The base for new models.
   *
   * @throws Problem `unknown_model`; `invalid_parameter` if it has no embedding; `not_ready`
   */
  async base(name: string | undefined): Promise<{ id: string; revision: string; dimensions: number; kinds: number }> {
    const { id, revision, base_model, embedding, embedding_reason, error } = await this.options.engine.model(name)
    if (base_model !== null)
      throw new Problem('invalid_parameter', `${id} is a custom model. Use its base, ${base_model.id}.`)
    if (error !== null) throw new Problem('not_ready', `The model ${id} is unavailable: ${error}.`)
    if (embedding !== null) return { id, revision, ...embedding }
    if (embedding_reason === null) throw new Problem('not_ready', `The model ${id} is still loading. Try again.`)
    throw new Problem('invalid_parameter', `${id} can’t be a base model: ${embedding_reason}.`)
  }

  /** Trains a new model. @throws Problem */
  async create(
    id: string,
    { base, examples }: EmbeddedExamples,
    { words, multiLabel, ...description }: CustomDescription & { words?: LabelWords | undefined; multiLabel: boolean },
    options: TrainOptions,
  ): Promise<SavedModel> {
    const created = new Date().toISOString()
    const { unlisted } = this.options
    return this.trainAndSave(
      id,
      null,
      mergeExamples([], examples),
      options,
      {
        ...description,
        base,
        created,
        unlisted,
      },
      { words, multiLabel },
    )
  }

  /**
   * Trains a model again with more examples: a photo that it knows gets the new label. With `replace`, only with these.
   *
   * @throws Problem `not_found`, `conflict`; `invalid_parameter` if its labels are groups of its base's labels
   */
  async addExamples(
    id: string,
    { base, examples }: EmbeddedExamples,
    { replace, multiLabel }: { replace: boolean; multiLabel: boolean },
    options: TrainOptions,
  ): Promise<SavedModel> {
    const step = await this.latest(id)
    const config = await this.config(step)
    const { title, license, custom, head } = config.vision
    if (head === 'groups')
      throw new Problem('invalid_parameter', `${id} groups the labels of its base. It doesn’t learn from examples.`)
    if (config.vision.base_model?.revision !== base.revision)
      throw new Problem(
        'conflict',
        `${id} was trained on another revision of ${base.id}. Train it again from its photos.`,
      )
    if (!replace && multiLabel !== isMultiLabel(config))
      throw new Problem(
        'invalid_parameter',
        `${id} learned with another multi_label. To change it, replace all examples.`,
      )
    const known = replace ? [] : await this.examples(step)
    const words = wordsOf(config)
    return this.trainAndSave(
      id,
      step.step,
      mergeExamples(known, examples),
      options,
      {
        title,
        license,
        purpose: custom?.purpose,
        base,
        created: new Date().toISOString(),
        unlisted: custom?.unlisted ?? false,
      },
      { words, multiLabel },
    )
  }

  /** Changes how a model is described. @throws Problem `not_found`, `conflict` */
  async describe(id: string, change: CustomDescription): Promise<ModelInfo> {
    const step = await this.latest(id)
    const files = new Map<string, Uint8Array | string>()
    for (const name of await this.options.store.fileNames(id, step.revision ?? '')) {
      const content = await this.options.store.file(id, step.revision ?? '', name)
      if (content !== null) files.set(name, content)
    }
    const evaluation = await this.evaluation(step)
    for (const [name, content] of describedAgain(await this.config(step), change, evaluation)) files.set(name, content)
    return this.save(id, files, step.step)
  }

  /** Makes an earlier revision current again. @throws Problem `not_found`, `conflict` */
  async restore(id: string, revision: string): Promise<ModelInfo> {
    await this.latest(id)
    return this.serve(await this.options.store.restore(id, revision))
  }

  /** @throws Problem `not_found`, `conflict` */
  async remove(id: string): Promise<void> {
    await this.latest(id)
    await this.options.store.remove(id)
    await this.options.models.reload()
  }

  /** The steps of a model, oldest first. @throws Problem `not_found` */
  private async history(id: string): Promise<Step[]> {
    await this.latest(id)
    return this.options.store.history(id)
  }

  /** A file of a model's current revision, or of its export as ONNX. @throws Problem `not_found`, `not_ready` */
  async file(id: string, name: string): Promise<Uint8Array> {
    const step = await this.latest(id)
    const exported = ONNX_FILES.find((one) => one === name)
    if (exported !== undefined) return this.onnx.file(id, exported)
    const content = FILE_NAMES.has(name) ? await this.options.store.file(id, step.revision ?? '', name) : null
    if (content === null) throw new Problem('not_found', `The model ${id} has no file with this name.`)
    return content
  }

  /**
   * A model, how good it is, and its steps. The evaluation is null for groups of labels, which are as good as their base.
   *
   * @throws Problem `not_found`
   */
  async view(id: string): Promise<{ model: ModelInfo; evaluation: Evaluation | null; history: Step[] }> {
    const { engine, models } = this.options
    const history = await this.history(id)
    // Another process may have changed it just now.
    if ((await engine.model(id)).revision !== history.at(-1)?.revision) await models.reload()
    const model = await engine.model(id)
    return { model, evaluation: await this.evaluation({ id, revision: model.revision }), history }
  }

  private async trainAndSave(
    id: string,
    after: number | null,
    examples: readonly Example[],
    { signal, onProgress, limits }: TrainOptions,
    folder: Parameters<typeof modelFolder>[1],
    { words, multiLabel }: { words: LabelWords | undefined; multiLabel: boolean },
  ): Promise<SavedModel> {
    const { script } = this.options
    if (words && multiLabel)
      throw new Problem('invalid_parameter', 'A model whose labels are words can’t be trained with multi_label.')
    const labels = allLabels(words?.labels ?? [], examples).filter((label) => label !== NO_LABEL)
    if (limits !== undefined) requireLimits(labels, multiLabel ? countPhotos(examples) : examples.length, limits)
    const rows = words && (await embedWords(this.options.engine, folder.base.id, { ...words, labels }, signal))
    const run = { script, folder: this.folder, signal, onProgress, multiLabel }
    const trained =
      rows && examples.length === 0
        ? trainFromWords(rows, [])
        : await this.slots.run(() => runTraining(examples, { ...run, ...(rows ? { words: rows } : {}) }), signal)
    signal.throwIfAborted()
    const described = rows && words ? { template: words.template, activation: rows.head.activation } : undefined
    const model = await this.save(id, modelFolder(trained, { ...folder, words: described }), after)
    return { model, evaluation: trained.evaluation }
  }

  private async save(id: string, files: ModelFiles, after: number | null): Promise<ModelInfo> {
    return this.serve(await this.options.store.save(id, files, after))
  }

  /** @throws Problem `not_ready` if a step that was saved can't be read at the moment */
  private async serve({ id, step, revision }: Step): Promise<ModelInfo> {
    const { models, engine } = this.options
    await models.reload()
    const model = await engine.model(id).catch(() => null)
    // Somebody else may have saved another step since.
    if (model !== null && (model.revision === revision || (await this.latest(id)).step > step)) return model
    throw new Problem('not_ready', `The model ${id} was saved, but it can’t be read at the moment. It will be soon.`)
  }

  /** @throws Problem `not_found` */
  private async latest(id: string): Promise<Step> {
    const step = CUSTOM_ID.test(id) ? (await this.options.store.history(id)).at(-1) : undefined
    if (step === undefined) throw new Problem('not_found', 'There is no custom model with this ID.')
    return step
  }

  private async config({ id, revision }: Step) {
    const content = await this.options.store.file(id, revision ?? '', 'config.json')
    if (content === null) throw new Problem('not_found', `The model ${id} was deleted.`)
    return JSON.parse(new TextDecoder().decode(content))
  }

  private async evaluation({ id, revision }: Pick<Step, 'id' | 'revision'>): Promise<Evaluation | null> {
    const content = await this.options.store.file(id, revision ?? '', 'evaluation.json')
    return content && JSON.parse(new TextDecoder().decode(content))
  }

  private async examples({ id, revision }: Step): Promise<Example[]> {
    const content = await this.options.store.file(id, revision ?? '', 'examples.safetensors')
    if (content === null) return []
    try {
      return readExamples(content)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new Problem('not_ready', `The examples of ${id} can’t be read. ${error.detail}`, { cause: error })
    }
  }
}

/** @throws Problem `too_many_files`, `invalid_parameter` */
function requireLimits(names: readonly string[], count: number, { labels, photos }: TrainingLimits): void {
  if (names.length > labels)
    throw new Problem(
      'invalid_parameter',
      `The model would have ${names.length} labels; the limit on this server is ${labels}.`,
    )
  if (count <= photos) return
  const detail = `The model would learn from ${count} photos; the limit on this server is ${photos}.`
  throw new Problem('too_many_files', detail)
}

const FILE_NAMES = new Set(['config.json', 'head.safetensors', 'examples.safetensors', 'evaluation.json', 'README.md'])

/** The words of a model that was made from some; undefined for any other. */
export function wordsOf({ id2label, vision }: ModelConfig): LabelWords | undefined {
  const template = vision.custom?.template
  return template === undefined ? undefined : { labels: Object.values(id2label ?? {}), template }
}

/** Whether photos that a model learned from may have several labels, or none. */
export function isMultiLabel({ problem_type }: Pick<ModelConfig, 'problem_type'>): boolean {
  return problem_type === 'multi_label_classification'
}

/** A name as an ID: "My parts!" → "my-parts". */
export function slugOf(title: string): string {
  return idOf(title) ?? `model-${randomBytes(4).toString('hex')}`
}
