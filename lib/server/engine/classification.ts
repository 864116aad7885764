import type { Prediction, Preview } from '@/lib/shared/contract/contract'
import { isSelected } from '@/lib/shared/metrics/multi-label'
import { synonymsOf } from './label-kinds'
import { type Model, modelRef } from './model'
import { timingsOf } from './photo-timings'
import type { ModelInputPreview, PhotoResult } from './protocol'
import type { ClassifyOptions, EmbeddedClassification } from './types'

/** Converts a worker's result to the API contract. */
export function toClassification(
  model: Model,
  result: PhotoResult,
  request: ClassifyOptions,
  bytes: number,
  totalMs: number,
): EmbeddedClassification {
  const predictions = result.top.map((each) => toPrediction(model, each))
  return {
    request_id: request.requestId ?? '',
    model: modelRef(model),
    predictions: predictions.filter(({ score }) => score >= (request.threshold ?? 0)),
    uncertain: result.uncertain !== null,
    uncertain_reason: result.uncertain,
    image: { width: result.image.width, height: result.image.height, format: result.image.format, bytes },
    area: result.area,
    timings: timingsOf(result, totalMs),
    ...(result.embedding ? { embedding: result.embedding } : {}),
    ...(result.kinds ? { kinds: result.kinds } : {}),
    ...(result.traits ? { traits: result.traits } : {}),
    ...(result.preview ? { preview: toPreview(result.preview) } : {}),
  }
}

function toPrediction(model: Model, { index, score }: PhotoResult['top'][number]): Prediction {
  const label = model.labels[index] ?? String(index)
  const synonyms = synonymsOf(label, model.synonyms[index] ?? [])
  const note = model.notes.get(index)
  const { multiLabel } = model
  return {
    label,
    score,
    index,
    ...(multiLabel ? { selected: isSelected(score, index, multiLabel) } : {}),
    ...(synonyms.length > 0 ? { synonyms } : {}),
    ...(note ? { note } : {}),
  }
}

function toPreview({ png, geometry, ...rest }: ModelInputPreview): Preview {
  const image = `data:image/png;base64,${Buffer.from(png).toString('base64')}`
  return { image, ...rest, resize: geometry.target, crop: geometry.crop }
}

/** A classification whose embedding was only needed to score it. */
export function withoutEmbedding({ embedding: _embedding, ...rest }: EmbeddedClassification): EmbeddedClassification {
  return rest
}
