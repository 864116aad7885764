import { Problem } from '@/lib/shared/problems/problem'

/** How many explanations may be computed at once, over all ways to ask for one. */
export class ExplanationSlots {
  private running = 0

  constructor(private readonly limit: number) {}

  /** @throws Problem `queue_full` if none is free */
  require(): void {
    if (this.running < this.limit) return
    const detail = `The server is already computing ${this.running} explanations. Try again in a moment.`
    throw new Problem('queue_full', detail)
  }

  /**
   * Takes a slot.
   *
   * @returns gives it back
   * @throws Problem `queue_full`
   */
  take(): () => void {
    this.require()
    this.running++
    let held = true
    return () => {
      if (held) this.running--
      held = false
    }
  }
}
