import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { Model } from './model'
import type { PhotoAnswer, Seen } from './protocol'
import type { ClassifyOptions } from './types'

/** A worker's answer as the contract has it. */
export function classification(
  model: Model,
  answer: PhotoAnswer,
  asked: ClassifyOptions,
  bytes: number,
  totalMs: number,
): Classification {
  const predictions = answer.top.map(({ index, score }) => ({
    label: model.labels[index] ?? String(index),
    score,
    index,
    ...(model.notes.has(index) ? { note: model.notes.get(index) } : {}),
  }))
  return {
    request_id: asked.requestId ?? '',
    model: { id: model.id, type: model.type, revision: model.revision, calibrated: model.temperature !== null },
    predictions: predictions.filter(({ score }) => score >= (asked.threshold ?? 0)),
    uncertain: answer.uncertain !== null,
    uncertain_reason: answer.uncertain,
    image: { width: answer.image.width, height: answer.image.height, format: answer.image.format, bytes },
    timings: {
      queue_ms: Math.max(0, totalMs - answer.decodeMs - answer.runMs),
      decode_ms: answer.decodeMs,
      run_ms: answer.runMs,
      total_ms: totalMs,
    },
    ...(answer.seen ? { preview: preview(answer.seen) } : {}),
  }
}

function preview({ png, geometry, ...rest }: Seen): Preview {
  const image = `data:image/png;base64,${Buffer.from(png).toString('base64')}`
  return { image, ...rest, resize: geometry.target, crop: geometry.crop }
}
