import { Problem } from '@/lib/shared/problems/problem'
import type { CustomModelSource } from './engine-options'
import type { Model } from './model'
import type { LoadReport, WorkerHead } from './protocol'

/** A model and the one that workers load for it: itself, or the base of a custom model. */
export interface ServedModel {
  model: Model
  base: Model
}

/**
 * Finds a model by ID or type; the default model if no name is given.
 *
 * @throws Problem `unknown_model`
 */
function findModel(models: Iterable<Model>, name: string | undefined): Model {
  const all = [...models]
  const found = all.find((model) => matches(model, name))
  if (found !== undefined) return found
  const names = all.filter(isListed).map(({ id, type }) => (type ? `${type}, ${id}` : id))
  throw new Problem('unknown_model', `There is no model with this name. Available models: ${names.join(', ')}.`)
}

function matches({ id, type, default: isDefault }: Model, name: string | undefined): boolean {
  return name === undefined ? isDefault : name === id || name === type
}

/** Whether everyone may know that a model exists. */
export function isListed({ head }: Model): boolean {
  return head?.unlisted !== true
}

/** The models that an engine serves: those of the catalog, and the custom ones. */
export class ModelLookup {
  constructor(
    private readonly catalog: () => ReadonlyMap<string, Model>,
    private readonly custom: CustomModelSource | undefined,
  ) {}

  /** A name of the catalog comes first. */
  all(): Model[] {
    const models = this.catalog()
    const custom = this.custom?.list().filter(({ id }) => !models.has(id)) ?? []
    return [...models.values(), ...custom]
  }

  /** A model that is known already, without waiting; null if there is none, or not of this revision. */
  known(name: string | undefined, revision?: string): Model | null {
    const model = this.all().find((one) => matches(one, name))
    if (model === undefined) return null
    return revision === undefined || model.revision === revision || model.head === null ? model : null
  }

  /** As `findModel`, with a custom model that another process has just saved, and revisions that were replaced. */
  async find(name: string | undefined, revision?: string): Promise<Model> {
    // A revision never changes: there is no need to look for what is current, which takes a while.
    const known = this.known(name)
    if (known !== null) return this.inRevision(known, revision)
    await this.custom?.refresh()
    return this.inRevision(findModel(this.all(), name), revision)
  }

  /** A custom model as it was in a revision. Other models have only one. */
  private async inRevision(model: Model, revision: string | undefined): Promise<Model> {
    if (revision === undefined || model.revision === revision || model.head === null) return model
    return (await this.custom?.revision(model.id, revision)) ?? model
  }

  /**
   * The model that workers load for this one.
   *
   * @throws Problem `not_ready` if it can't be served at the moment
   */
  served(model: Model, reports: ReadonlyMap<string, LoadReport>): ServedModel {
    if (model.error !== null) throw unavailable(model, model.error)
    const base = model.head === null ? model : this.baseOf(model, model.head.base)
    const error = base.error ?? reports.get(base.id)?.error
    if (error) throw unavailable(model, base === model ? error : `its base model ${base.id} is unavailable: ${error}`)
    if (model.head?.kind === 'groups' && base.multiLabel !== null)
      throw unavailable(
        model,
        `it adds up the scores of labels of which one is right, but of ${base.id} several may apply`,
      )
    return { model, base }
  }

  private baseOf(model: Model, { id, revision }: { id: string; revision: string }): Model {
    const base = this.catalog().get(id)
    if (base === undefined)
      throw unavailable(model, `its base model ${id} isn’t installed. Install it, or train this model on another one`)
    if (base.revision === revision) return base
    const reason = `it was trained on another revision of ${id}. Run "vision train --refresh ${model.id}" to train it again`
    throw unavailable(model, reason)
  }
}

function unavailable({ id }: Model, reason: string): Problem {
  return new Problem('not_ready', `The model ${id} is unavailable: ${reason}.`)
}

/** What a worker needs to know of a custom model; undefined for any other model. */
export function workerHead(model: Model): WorkerHead | undefined {
  const { head, file, revision, labels, temperature, activation, uncertainty, multiLabel } = model
  if (head === null) return undefined
  const classes = labels.length
  const { kind } = head
  return { kind, file, revision, classes, temperature: temperature ?? 1, activation, uncertainty, multiLabel }
}
