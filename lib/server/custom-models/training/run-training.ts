import { fork } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import { writeExamples } from '@/lib/shared/training/example-file'
import { writeCosineHead } from '@/lib/shared/zero-shot/head-file'
import { childEnvironment } from '../../config/environment'
import type { Evaluation, Trained } from '../evaluation'
import type { WordRows } from '../words'
import type { FromTrainer, TrainingTask } from './protocol'

export interface RunOptions {
  /** Path of the built script of the training process. */
  script: string
  /** For the files that the processes exchange, which are removed. */
  folder: string
  signal: AbortSignal
  /** Called with the share that is done, from 0 to 1. */
  onProgress?: ((done: number) => void) | undefined
}

/** The heap that 50,000 examples of 1,280 values need, with some to spare. */
const MAX_HEAP_MB = 2048

/**
 * Trains in a process of its own, so that neither the event loop nor photos wait. Aborting ends the process.
 *
 * @throws Problem if the examples can't be learned from; the signal's reason
 */
export async function runTraining(
  examples: readonly Example[],
  { words, ...options }: RunOptions & { words?: WordRows },
): Promise<Trained> {
  options.signal.throwIfAborted()
  const folder = await mkdtemp(join(options.folder, 'run-'))
  try {
    const file = writeExamples(examples)
    const task = { examples: join(folder, 'examples.safetensors'), head: join(folder, 'head.safetensors') }
    await writeFile(task.examples, file)
    const evaluation = await trainInProcess({ ...task, ...(await wordsTask(folder, words)) }, options)
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

function trainInProcess(task: TrainingTask, { script, signal, onProgress }: RunOptions): Promise<Evaluation> {
  const child = fork(script, [], {
    serialization: 'advanced',
    execArgv: ['--enable-source-maps', `--max-old-space-size=${MAX_HEAP_MB}`],
    env: childEnvironment({}),
  })
  const abort = () => child.kill('SIGKILL')
  signal.addEventListener('abort', abort, { once: true })
  return new Promise<Evaluation>((resolve, reject) => {
    child.on('message', (message: FromTrainer) => {
      if (message.kind === 'progress') onProgress?.(message.done)
      else if (message.kind === 'done') resolve(message.evaluation)
      else reject(new Problem(message.code, message.detail))
    })
    child.once('error', reject)
    // After a result, this has no effect.
    child.once('exit', (code, by) =>
      reject(signal.aborted ? signal.reason : new Error(`the training process ended (${by ?? `exit code ${code}`})`)),
    )
    child.send(task)
  }).finally(() => {
    signal.removeEventListener('abort', abort)
    abort()
  })
}
