import { NO_LABEL } from '@/lib/shared/training/example'
import { exampleLabels } from './example-labels'
import { Trainer } from './trainer'
import type { LabelingAnswer, LabelingQuestion } from './training-protocol'
import type { Embedded, TrainingSnapshot } from './types'

export interface LiveTrainingOptions {
  snapshot(): TrainingSnapshot
  change(part: Partial<TrainingSnapshot>): void
}

/** After a change, so long until the model is trained again: photos come in quick succession. */
const DELAY_MS = 100
/** While photos are still being read, a training that is running may finish: it would be interrupted over and over. */
const BUSY_DELAY_MS = 500

/** Trains the model again by itself whenever photos or labels change. */
export class LiveTraining {
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly trainer = new Trainer({
    onModel: (model, complete) =>
      this.options.change({ model, fault: null, training: !complete || this.timer !== undefined }),
    onFault: (detail) => this.options.change({ fault: { reason: 'failed', detail }, model: null, training: false }),
  })
  /** What the model was trained with last. */
  private trained = ''

  constructor(private readonly options: LiveTrainingOptions) {}

  add(id: number, embedded: Embedded): void {
    this.trainer.add(id, embedded)
  }

  /** Which photos to label next, or together; none if the worker failed. */
  ask(question: LabelingQuestion): Promise<LabelingAnswer> {
    return this.trainer.ask(question)
  }

  forget(ids: readonly number[]): void {
    // Other photos may have these IDs later.
    this.trained = ''
    this.trainer.forget(ids)
  }

  /** Something changed that may change the model. */
  update(): void {
    this.updateIn(DELAY_MS)
  }

  private updateIn(delay: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      const { photos, training } = this.options.snapshot()
      const reading = photos.some(({ label, state }) => label !== null && (state === 'waiting' || state === 'reading'))
      if (reading && training) this.updateIn(BUSY_DELAY_MS)
      else this.train()
    }, delay)
  }

  private train(): void {
    const { photos, multiLabel, fault } = this.options.snapshot()
    const labelOf = exampleLabels(this.options.snapshot())
    const ready = photos.flatMap((photo) => {
      const label = labelOf(photo)
      return label !== null && photo.state === 'ready' ? [{ id: photo.id, label }] : []
    })
    const content = JSON.stringify([multiLabel, ready])
    if (content === this.trained && fault?.reason !== 'failed') return
    this.trained = content
    if (new Set(ready.flatMap(({ label }) => (label === NO_LABEL ? [] : [label]))).size < 2) {
      this.trainer.cancel()
      this.options.change({ model: null, fault: { reason: 'few_labels' }, training: false })
      return
    }
    this.options.change({ training: true })
    this.trainer.train(ready, multiLabel)
  }
}
