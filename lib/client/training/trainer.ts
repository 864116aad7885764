import type { FromTrainingWorker, LabelingAnswer, LabelingQuestion, ToTrainingWorker } from './training-protocol'
import type { Embedded, TrainedModel } from './types'

export interface TrainerOptions {
  /** @param complete whether the learning curve is there, and nothing more will come */
  onModel(model: TrainedModel, complete: boolean): void
  onFault(detail: string): void
}

/** Trains in a worker that starts with the first embedding. Results of earlier trainings are dropped. */
export class Trainer {
  private worker: Worker | null = null
  private run = 0
  private questions = 0
  private readonly answers = new Map<number, (answer: LabelingAnswer) => void>()

  constructor(private readonly options: TrainerOptions) {}

  add(id: number, { sha256, embedding, kinds = null }: Embedded): void {
    this.post({ kind: 'add', id, sha256, embedding, kinds })
  }

  forget(ids: readonly number[]): void {
    if (this.worker && ids.length > 0) this.post({ kind: 'forget', ids })
  }

  /** @param multiLabel whether a photo may have several labels, or none */
  train(photos: readonly { id: number; label: string }[], multiLabel: boolean): void {
    this.run++
    this.post({ kind: 'train', run: this.run, photos, multiLabel })
  }

  /** Drops the result of the running training. */
  cancel(): void {
    this.run++
  }

  /** @returns no photos if the worker failed */
  ask(question: LabelingQuestion): Promise<LabelingAnswer> {
    const number = ++this.questions
    return new Promise((resolve) => {
      this.answers.set(number, resolve)
      this.post({ kind: 'ask', number, question })
    })
  }

  private answer(number: number, answer: LabelingAnswer): void {
    this.answers.get(number)?.(answer)
    this.answers.delete(number)
  }

  private post(message: ToTrainingWorker): void {
    this.worker ??= this.start()
    this.worker.postMessage(message)
  }

  private start(): Worker {
    const worker = new Worker(new URL('./training-worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<FromTrainingWorker>) => {
      if ('number' in data) return this.answer(data.number, data)
      if (data.run !== this.run) return
      if ('fault' in data) this.options.onFault(data.fault)
      else this.options.onModel(data.model, data.complete)
    }
    worker.onerror = ({ message }) => {
      for (const number of [...this.answers.keys()]) this.answer(number, { ids: [], guesser: null })
      this.options.onFault(message)
    }
    return worker
  }
}
