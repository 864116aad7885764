import { readFile, writeFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { Problem } from '@/lib/shared/problems/problem'
import { readExamples } from '@/lib/shared/training/example-file'
import { writeLinearHead } from '@/lib/shared/training/head-file'
import { train } from '@/lib/shared/training/train'
import { readCosineHead } from '@/lib/shared/zero-shot/head-file'
import { OOM_SCORE, setOomScore } from '../../observe/oom-score'
import { evaluationOf } from '../evaluation'
import { trainFromWords } from '../words'
import type { FromTrainer, TrainingTask } from './protocol'

/**
 * Entry point of a training process. It trains once and ends. Photos come first: it runs at the lowest priority, and it
 * lives no longer than the channel to its parent.
 */
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))
setPriority(constants.priority.PRIORITY_LOW)
setOomScore(OOM_SCORE.background)

function send(message: FromTrainer): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}

async function run({ examples, head, words }: TrainingTask): Promise<FromTrainer> {
  try {
    const list = readExamples(await readFile(examples))
    if (words !== undefined) {
      const rows = { labels: words.labels, head: readCosineHead(await readFile(words.file), words.labels.length) }
      const trained = trainFromWords(rows, list)
      await writeFile(head, trained.head)
      return { kind: 'done', evaluation: trained.evaluation }
    }
    const training = await train(list, {}, { onProgress: (done) => void send({ kind: 'progress', done }) })
    await writeFile(head, writeLinearHead(training.head))
    return { kind: 'done', evaluation: evaluationOf(training, list) }
  } catch (error) {
    if (error instanceof Problem) return { kind: 'failed', code: error.code, detail: error.detail }
    return { kind: 'failed', code: 'internal', detail: (error as Error).message }
  }
}

process.once('message', async (task: TrainingTask) => {
  await send(await run(task))
  process.disconnect()
})
