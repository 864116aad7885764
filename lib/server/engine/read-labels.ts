import { join } from 'node:path'
import type { CatalogEntry } from '../catalog/catalog'
import { withBackground } from './background'
import type { ModelConfig } from './model-config'
import { withFileName } from './model-file'
import { type Labels, labelsOf, readSynonyms } from './model-labels'
import { isTextImageFamily, readTextSide } from './text-side'

/**
 * The labels of a model; or how it takes texts, which are its labels.
 *
 * @param file `config.json` as it is
 * @throws Error with a one-line message
 */
export async function readLabels({ folder, textFile }: CatalogEntry, file: unknown, config: ModelConfig) {
  if (textFile !== null) return { text: await readTextSide(folder, textFile, file), labels: NO_LABELS }
  if (isTextImage(config)) throw new Error(ONE_GRAPH)
  const { labels, synonyms } = withFileName('config.json', () => labelsOf(config))
  const { classes, background } = config.vision
  const named = { labels, synonyms: classes ? await readSynonyms(join(folder, classes)) : synonyms }
  return { text: null, labels: withFileName('config.json', () => withBackground(named, background)) }
}

const ONE_GRAPH =
  'the model has one graph for photos and texts: export it as onnx/vision_model.onnx and onnx/text_model.onnx, as transformers.js has it'

/** Whether it has no labels because it compares photos with texts. */
function isTextImage({ model_type, id2label, label_names, num_classes, vision }: ModelConfig): boolean {
  const hasLabels = id2label ?? label_names ?? num_classes ?? vision.base_model
  return isTextImageFamily(model_type) && hasLabels === undefined
}

/** A model of photos and texts gets its labels with each photo. */
const NO_LABELS: Labels = { labels: [], synonyms: [] }
