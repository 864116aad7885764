import { nextTask } from '../event-loop/slices'

interface Task {
  run(): Promise<void>
  /** Whoever asked for it no longer needs it. */
  signal: AbortSignal
  drop(): void
}

/**
 * Runs tasks one at a time, in order: photos that a visitor waits for before all steps of explanations. Each task blocks
 * its thread, so between two of them the thread receives its messages: a cancellation, or the next photo.
 */
export class Turns {
  private readonly photos: Task[] = []
  private readonly steps: Task[] = []
  private running = false

  /** Runs a photo. Rejects with the signal's reason if its turn comes after the signal. */
  readonly photo = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => this.add(this.photos, work, signal)

  /** Runs a step of an explanation, once no photo waits. Rejects as `photo`. */
  readonly step = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => this.add(this.steps, work, signal)

  private add<T>(queue: Task[], work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      queue.push({ run: () => work().then(resolve, reject), signal, drop: () => reject(signal.reason) })
      void this.runAll()
    })
  }

  private async runAll(): Promise<void> {
    if (this.running) return
    this.running = true
    for (let task = this.next(); task !== undefined; task = this.next()) {
      if (task.signal.aborted) task.drop()
      else await task.run()
      await nextTask()
    }
    this.running = false
  }

  private next(): Task | undefined {
    return this.photos.shift() ?? this.steps.shift()
  }
}
