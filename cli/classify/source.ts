import type { Classify } from '@/lib/server/jobs/classify-photo'
import type { ClassNames } from '@/lib/shared/metrics/label-matcher'
import type { ModelName } from '@/lib/shared/results/columns'
import { chooseModel } from '../models/choose-model'
import type { CommandContext } from '../program/context'
import type { Options } from './options'
import { remoteServer } from './remote'

/** What classifies the photos: a local engine or a remote server. */
export interface Source {
  model: ModelName
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
  if (options.server !== undefined) {
    const server = await remoteServer(options.server, options.model)
    return {
      model: { id: server.model.id, revision: server.model.revision },
      classify: server.classify({ topK, threshold }),
      classes: server.labels,
      close: async () => {},
    }
  }
  const { model, startEngine } = await chooseModel({ ...options, root, workers, maxPixels })
  const engine = await startEngine()
  return {
    model: { id: model.id, revision: model.revision },
    classify: (image, signal) => engine.classify(image, { topK, threshold, priority: 'batch' }, signal),
    classes: async () => model.classes,
    close: () => engine.close(),
  }
}
