import type { DeviceModel } from '../contract/device'
import { toBase64 } from '../files/base64'
import { activationOf, type CustomConfig, uncertaintyRule } from '../training/folder/custom-config'
import { multiLabelRule } from '../training/folder/multi-label-rule'

/** A custom model that a browser has itself. */
interface OwnModel {
  id: string
  revision: string
  config: CustomConfig
  /** `head.safetensors` */
  head: Uint8Array
}

/**
 * Describes a custom model to the browser that runs it, as the server describes its own: the graph is the base's,
 * labels and limits are the model's.
 *
 * @param base what the server says of the base model
 * @throws Error with a one-line reason if `config.json` contradicts itself
 */
export function customDeviceModel(base: DeviceModel, { id, revision, config, head }: OwnModel): DeviceModel {
  const { vision } = config
  const labels = labelsOf(config).map((label) => ({ label }))
  const multiLabel = multiLabelRule(config, labels.length)
  return {
    ...base,
    model: {
      id,
      type: null,
      revision,
      calibrated: vision.temperature !== undefined,
      problem_type: multiLabel === null ? 'single_label_classification' : 'multi_label_classification',
    },
    head: { kind: vision.head, file: toBase64(head), baseTemperature: base.temperature },
    temperature: vision.temperature ?? 1,
    activation: activationOf(vision.activation, multiLabel),
    uncertainty: uncertaintyRule(vision.uncertainty),
    multiLabel: multiLabel && { ...multiLabel, thresholds: [...multiLabel.thresholds] },
    background: null,
    labels,
  }
}

/**
 * The labels in the order of the scores.
 *
 * @throws Error if an index is missing
 */
export function labelsOf({ id2label }: Pick<CustomConfig, 'id2label'>): string[] {
  return Array.from({ length: Object.keys(id2label).length }, (_, index) => {
    const label = id2label[index]
    if (label === undefined) throw new Error(`config.json has no label with the index ${index}`)
    return label
  })
}
