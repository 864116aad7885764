import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Example } from '@/lib/shared/training/example'
import type { Evaluation, Trained } from '@/lib/shared/training/folder/evaluation'
import { examplesFile, type LabelRules } from '@/lib/shared/training/folder/fit-examples'
import { writeCosineHead } from '@/lib/shared/zero-shot/head-file'
import { type BackgroundOptions, runInBackground } from '../../background/run-in-background'
import type { WordRows } from '../words'
import type { TrainingTask } from './task'

export interface RunOptions extends BackgroundOptions {
  /** For the files that the processes exchange, which are removed. */
  folder: string
}

/**
 * Trains in a process of its own, so that neither the event loop nor photos wait. Aborting ends the process.
 *
 * @throws Problem if the examples can't be learned from; the signal's reason
 */
export async function runTraining(
  examples: readonly Example[],
  { words, multiLabel, ...options }: RunOptions & LabelRules & { words?: WordRows },
): Promise<Trained> {
  options.signal.throwIfAborted()
  const folder = await mkdtemp(join(options.folder, 'run-'))
  try {
    const file = examplesFile(examples, { multiLabel })
    const task = {
      examples: join(folder, 'examples.safetensors'),
      head: join(folder, 'head.safetensors'),
      multiLabel,
    }
    await writeFile(task.examples, file)
    const evaluation = await runInBackground<Evaluation>({ ...task, ...(await wordsTask(folder, words)) }, options)
    return { head: await readFile(/* turbopackIgnore: true */ task.head), examples: file, evaluation }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function wordsTask(folder: string, words: WordRows | undefined): Promise<Pick<TrainingTask, 'words'>> {
  if (words === undefined) return {}
  const file = join(folder, 'words.safetensors')
  await writeFile(file, writeCosineHead(words.head))
  return { words: { file, labels: words.labels } }
}
