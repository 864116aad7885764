import { type Example, NO_LABEL } from '../example'
import { writeExamples, writeLabeledExamples } from '../example-file'
import type { Head } from '../head'
import { trainMultiLabel } from '../multi-label/train'
import { type TrainingProgress, train } from '../train'
import { type Evaluation, evaluationOf, multiLabelEvaluation } from './evaluation'

/** How the labels of photos are to be understood. */
export interface LabelRules {
  /** Whether a photo may have several labels, or none. */
  multiLabel: boolean
}

/** Trains a head, and tells how good it is. @throws Problem; the signal's reason */
export async function fitExamples(
  examples: readonly Example[],
  { multiLabel }: LabelRules,
  progress: TrainingProgress,
): Promise<{ head: Head; evaluation: Evaluation }> {
  if (multiLabel) {
    const training = await trainMultiLabel(examples, {}, progress)
    return { head: training.head, evaluation: multiLabelEvaluation(training, examples) }
  }
  const training = await train(examples, {}, progress)
  return { head: training.head, evaluation: evaluationOf(training, examples) }
}

/** `examples.safetensors` of a model. */
export function examplesFile(examples: readonly Example[], { multiLabel }: LabelRules): Uint8Array {
  return multiLabel ? writeLabeledExamples(examples) : writeExamples(examples)
}

/** Examples of photos: one for each label, or one with `NO_LABEL`. */
export function examplesOf<T extends Omit<Example, 'label'>>(photo: T, labels: readonly string[]): (T & Example)[] {
  return (labels.length > 0 ? labels : [NO_LABEL]).map((label) => ({ label, ...photo }))
}
