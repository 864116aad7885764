import { readFile, writeFile } from 'node:fs/promises'
import { readExamples } from '@/lib/shared/training/example-file'
import { writeLinearHead } from '@/lib/shared/training/head-file'
import { train } from '@/lib/shared/training/train'
import { readCosineHead } from '@/lib/shared/zero-shot/head-file'
import { serveTask } from '../../background/serve-task'
import { type Evaluation, evaluationOf } from '../evaluation'
import { trainFromWords } from '../words'
import type { TrainingTask } from './task'

/** Entry point of a training process. */
serveTask(async ({ examples, head, words }: TrainingTask, onProgress): Promise<Evaluation> => {
  const list = readExamples(await readFile(examples))
  if (words !== undefined) {
    const rows = { labels: words.labels, head: readCosineHead(await readFile(words.file), words.labels.length) }
    const trained = trainFromWords(rows, list)
    await writeFile(head, trained.head)
    return trained.evaluation
  }
  const training = await train(list, {}, { onProgress })
  await writeFile(head, writeLinearHead(training.head))
  return evaluationOf(training, list)
})
