import type { Classify } from '@/lib/server/jobs/classify-photo'
import { topKOf } from '@/lib/shared/contract/top-k'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import { Problem } from '@/lib/shared/problems/problem'
import type { ModelName } from '@/lib/shared/results/columns'
import { isMultiLabel } from '@/lib/shared/results/selected'
import { type LabelWords, labelWords, splitLabels } from '@/lib/shared/zero-shot/candidate-labels'
import { chooseModel } from '../models/choose-model'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import type { Options } from './options'
import { remoteServer } from './remote'

/** What classifies the photos: a local engine or a remote server. */
export interface Source {
  model: ModelName
  /** Whether any number of its labels may apply. */
  multiLabel: boolean
  classify: Classify
  classes(): Promise<readonly ClassNames[]>
  close(): Promise<void>
}

/** @throws Failure if there is no such model or server */
export async function openSource(
  options: Options,
  workers: number,
  { root, maxPixels }: CommandContext,
): Promise<Source> {
  const { topK, threshold } = options
  const words = wordsOf(options)
  const named = words?.labels.map((label) => ({ label, others: [] }))
  if (options.server !== undefined) {
    const server = await remoteServer(options.server, options.model)
    requireWords(server.model.id, Boolean(server.model.text), words)
    return {
      model: { id: server.model.id, revision: server.model.revision },
      multiLabel: isMultiLabel(server),
      classify: server.classify({ topK, threshold, words }),
      classes: named ? async () => named : server.labels,
      close: async () => {},
    }
  }
  const { model, startEngine } = await chooseModel({ ...options, root, workers, maxPixels })
  requireWords(model.id, model.takesTexts, words)
  const engine = await startEngine()
  const request = { ...topKOf(topK), threshold, words, priority: 'batch' } as const
  return {
    model: { id: model.id, revision: model.revision },
    multiLabel: model.multiLabel !== null,
    classify: (image, signal) => engine.classify(image, request, signal),
    classes: async () => named ?? model.classes,
    close: () => engine.close(),
  }
}

/** @throws Failure */
function wordsOf({ words, template }: Options): LabelWords | undefined {
  try {
    return labelWords(words === undefined ? undefined : splitLabels(words), template, 'words')
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Failure(EXIT.usage, error.detail.replace('hypothesis_template', '--template'), { cause: error })
  }
}

/** Before the first photo. @throws Failure if the model needs words, or doesn't take any */
function requireWords(id: string, takesTexts: boolean, words: LabelWords | undefined): void {
  if (takesTexts === (words !== undefined)) return
  const detail = takesTexts
    ? `${id} has no labels of its own. Set --words, such as --words cat,dog.`
    : `${id} only knows its own labels. --words need a text-image model.`
  throw new Failure(EXIT.usage, detail)
}
