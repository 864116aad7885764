import { wordsOf } from '@/lib/server/custom-models/service'
import { allLabels, embedWords, trainFromWords } from '@/lib/server/custom-models/words'
import type { ModelConfig } from '@/lib/server/engine/model-config'
import type { Engine } from '@/lib/server/engine/types'
import { Problem } from '@/lib/shared/problems/problem'
import type { BaseFeatures, Example } from '@/lib/shared/training/example'
import type { Trained } from '@/lib/shared/training/folder/evaluation'
import { examplesFile, fitExamples, type LabelRules } from '@/lib/shared/training/folder/fit-examples'
import type { FolderOptions } from '@/lib/shared/training/folder/model-folder'
import { headScorer } from '@/lib/shared/training/head'
import { writeLinearHead } from '@/lib/shared/training/head-file'
import { type LabelWords, labelWords, splitLabels } from '@/lib/shared/zero-shot/candidate-labels'
import { readCosineHead } from '@/lib/shared/zero-shot/head-file'
import { cosineLogits } from '@/lib/shared/zero-shot/similarity'
import { EXIT, Failure } from '../program/exit'
import { Progress } from '../program/progress'
import type { TrainOptions } from './options'

/** A head that was made, and how it scores photos. */
interface Fitted {
  trained: Trained
  score: (photo: BaseFeatures) => { logits: Float32Array }
  /** Set if it was made from words. */
  words?: FolderOptions['words']
}

/** The words of the command, or those that a model was made from; undefined if there are none. @throws Failure */
export function wordsFor(
  { words, template }: Pick<TrainOptions, 'words' | 'template'>,
  existing: ModelConfig | undefined,
): LabelWords | undefined {
  try {
    const given = labelWords(words === undefined ? undefined : splitLabels(words), template, 'words')
    return given ?? (existing && wordsOf(existing))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Failure(EXIT.usage, error.detail.replace('hypothesis_template', '--template'), { cause: error })
  }
}

/** Learns from photos. */
export async function fitPhotos(examples: readonly Example[], rules: LabelRules, signal: AbortSignal): Promise<Fitted> {
  const progress = new Progress('training', 1, 0, null)
  let shown = 0
  const onProgress = (done: number) => {
    progress.add(done - shown)
    shown = done
  }
  const { head, evaluation } = await fitExamples(examples, rules, { signal, onProgress })
  progress.end()
  const trained = { head: writeLinearHead(head), examples: examplesFile(examples, rules), evaluation }
  return { trained, score: headScorer(head) }
}

/** Makes a head from words, which photos correct if there are any. */
export async function fitWords(
  engine: Pick<Engine, 'embedText'>,
  base: string,
  words: LabelWords,
  examples: readonly Example[],
  signal: AbortSignal,
): Promise<Fitted> {
  const labels = allLabels(words.labels, examples)
  const trained = trainFromWords(await embedWords(engine, base, { ...words, labels }, signal), examples)
  const head = readCosineHead(trained.head, labels.length)
  return {
    trained,
    score: ({ embedding }) => ({ logits: cosineLogits(head, embedding) }),
    words: { template: words.template, activation: head.activation },
  }
}
