import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { Problem } from '@/lib/shared/problems/problem'
import type { Generation } from './generation'
import { classCount, type Model, modelRef } from './model'
import type { ModelLookup } from './model-lookup'
import { thresholdsOf } from './problem-type'
import type { LoadReport } from './protocol'

/** ImageNet's validation set, on which the top-1 accuracy of a model with its 1,000 classes is published. */
const VALIDATION_PHOTOS = 50_000
const FIRST_CLASS = 'n01440764'

/** The details from a model's card. */
export function toModelDetails(model: Model) {
  const { published, evaluation, training, card, uncertainty } = model
  const { source = null, limits = null } = card
  return {
    published: published && { ...published, photos: hasImageNetClasses(model) ? VALIDATION_PHOTOS : null },
    evaluation,
    training,
    source,
    limits,
    knowsDoubt: uncertainty !== null,
  }
}

function hasImageNetClasses({ labels, synonyms }: Model): boolean {
  return labels.length === 1000 && (synonyms[0]?.includes(FIRST_CLASS) ?? false)
}

/** What is known of the models, and which of them are served. */
interface Served extends Pick<Generation, 'reports'> {
  pool: Pick<Generation['pool'], 'serves'>
}

/** A model and its status in the workers. */
export function toModelInfo(model: Model, lookup: ModelLookup, { reports, pool }: Served): ModelInfo {
  const base = model.head?.base.id ?? model.id
  const report = reports.get(base)
  const error = model.head === null ? (model.error ?? report?.error ?? null) : problemOf(model, lookup, reports)
  const embedding = report?.embedding ?? null
  return {
    id: model.id,
    type: model.type,
    title: model.title,
    default: model.default,
    status: error !== null ? 'failed' : pool.serves(base) ? 'ready' : 'loading',
    error,
    license: model.license,
    classes: classCount(model),
    input: report?.input ? { width: report.input.width, height: report.input.height } : null,
    bytes: model.bytes,
    revision: model.revision,
    calibrated: model.temperature !== null,
    problem_type: modelRef(model).problem_type,
    thresholds: thresholdsOf(model.multiLabel),
    temperature: model.temperature,
    embedding: typeof embedding === 'string' ? null : embedding,
    embedding_reason: typeof embedding === 'string' ? embedding : null,
    base_model: model.head?.base ?? null,
    head: model.head?.kind ?? null,
    text: model.text && { max_tokens: model.text.maxTokens, activation: model.text.similarity.activation },
  }
}

/** Why a custom model can't be served; null if it can. */
function problemOf(model: Model, lookup: ModelLookup, reports: ReadonlyMap<string, LoadReport>): string | null {
  try {
    lookup.served(model, reports)
    return null
  } catch (error) {
    return (error as Problem).detail
  }
}
