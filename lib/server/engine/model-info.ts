import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { Model } from './model'
import type { Pool } from './pool'
import type { LoadReport } from './protocol'

/** The details from a model's card. */
export function toModelDetails({ published, evaluation, card, uncertainty }: Model) {
  const { source = null, limits = null } = card
  return { published, evaluation, source, limits, knowsDoubt: uncertainty !== null }
}

/** A model and its status in the workers. */
export function toModelInfo(model: Model, report: LoadReport | undefined, pool: Pool): ModelInfo {
  const error = model.error ?? report?.error ?? null
  return {
    id: model.id,
    type: model.type,
    title: model.title,
    default: model.default,
    status: error !== null ? 'failed' : pool.serves(model.id) ? 'ready' : 'loading',
    error,
    license: model.license,
    classes: model.labels.length,
    input: report?.input ? { width: report.input.width, height: report.input.height } : null,
    bytes: model.bytes,
    revision: model.revision,
    calibrated: model.temperature !== null,
    temperature: model.temperature,
  }
}
