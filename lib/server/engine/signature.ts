import { Problem } from '@/lib/shared/problems/problem'
import type { Model } from './model'
import type { LoadReport } from './protocol'
import type { GraphSignature } from './types'

/** The name of scores that don't come out of the graph. */
const OF_HEAD = 'logits'

/**
 * How a model's graph takes images and gives scores. A custom model has the input of its base.
 *
 * @param report of the model that workers load for it
 * @throws Problem `not_ready` while it is loading
 */
export function signatureOf(model: Model, report: LoadReport | undefined): GraphSignature {
  const { id, type, revision, temperature } = model
  if (!report?.input || !report.output)
    throw new Problem('not_ready', `The model ${id} is still loading. Try again in a moment.`)
  const { name, layout, channels, width, height, type: valueType } = report.input
  return {
    model: { id, type, revision },
    input: {
      name,
      type: valueType,
      shape: layout === 'nhwc' ? [height, width, channels] : [channels, height, width],
    },
    output: model.head === null ? report.output.name : OF_HEAD,
    temperature: temperature ?? 1,
    activation: model.activation,
    multiLabel: model.multiLabel,
    background: model.background,
    labels: model.labels,
    dimensions: typeof report.embedding === 'object' && report.embedding ? report.embedding.dimensions : null,
  }
}
