import { examplesFile, fitExamples } from '@/lib/shared/training/folder/fit-examples'
import { writeLinearHead } from '@/lib/shared/training/head-file'
import { mergeExamples } from '@/lib/shared/training/merge-examples'
import { failureOf } from '../device/failures'
import type { FromTrainWorker, ToTrainWorker } from './train-protocol'

/** Entry point of the worker that trains a model to be kept: the same steps as on the server, to the same bytes. */

const send = (message: FromTrainWorker) => self.postMessage(message)

self.onmessage = async ({ data: { examples, multiLabel } }: MessageEvent<ToTrainWorker>) => {
  try {
    const merged = mergeExamples([], examples)
    const onProgress = (progress: number) => send({ progress })
    const { head, evaluation } = await fitExamples(merged, { multiLabel }, { onProgress })
    send({ trained: { head: writeLinearHead(head), examples: examplesFile(merged, { multiLabel }), evaluation } })
  } catch (error) {
    send({ failure: failureOf(error) })
  }
}
