import type { Labels } from './model-labels'

/** The name of the output that stands for none of the labels, as in the label files of TensorFlow's models. */
const BACKGROUND = 'background'

/** The outputs of TensorFlow's models for ImageNet: a thousand classes, and the background first. */
const TENSORFLOW_OUTPUTS = 1001

/**
 * Whether these are the labels of one of TensorFlow's models for ImageNet. Elsewhere, a label named background may be an
 * answer like any other.
 */
export function hasBackground(labels: readonly string[]): boolean {
  return labels.length === TENSORFLOW_OUTPUTS && isBackground(labels[0])
}

/** Whether this is the background's label. */
function isBackground(label: string | undefined): boolean {
  return label !== undefined && /^_*background_*$/i.test(label.trim())
}

/**
 * The labels with one for each output: one named background is added at its place if the labels are only those of the
 * other outputs.
 *
 * @param background index of the output; undefined if there is none
 * @throws Error with a one-line reason
 */
export function withBackground({ labels, synonyms }: Labels, background: number | undefined): Labels {
  if (background === undefined || isBackground(labels[background])) return { labels, synonyms }
  if (background > labels.length)
    throw new Error(`vision.background is ${background}, but the model has at most ${labels.length + 1} outputs`)
  return {
    labels: labels.toSpliced(background, 0, BACKGROUND),
    synonyms: synonyms.length > 0 ? synonyms.toSpliced(background, 0, []) : synonyms,
  }
}
