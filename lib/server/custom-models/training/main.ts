import { readFile, writeFile } from 'node:fs/promises'
import { readExamples } from '@/lib/shared/training/example-file'
import type { Evaluation } from '@/lib/shared/training/folder/evaluation'
import { fitExamples } from '@/lib/shared/training/folder/fit-examples'
import { writeLinearHead } from '@/lib/shared/training/head-file'
import { readCosineHead } from '@/lib/shared/zero-shot/head-file'
import { serveTask } from '../../background/serve-task'
import { trainFromWords } from '../words'
import type { TrainingTask } from './task'

/** Entry point of a training process. */
serveTask(async ({ examples, head, words, multiLabel }: TrainingTask, onProgress): Promise<Evaluation> => {
  const list = readExamples(await readFile(examples))
  if (words !== undefined) {
    const rows = { labels: words.labels, head: readCosineHead(await readFile(words.file), words.labels.length) }
    const trained = trainFromWords(rows, list)
    await writeFile(head, trained.head)
    return trained.evaluation
  }
  const fitted = await fitExamples(list, { multiLabel }, { onProgress })
  await writeFile(head, writeLinearHead(fitted.head))
  return fitted.evaluation
})
