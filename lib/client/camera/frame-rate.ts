/** Number of frames that the rate is averaged over. */
const WINDOW = 12

/** Frames per second over the most recent results of one model in one place. */
export class FrameRate {
  private subject = ''
  private times: number[] = []

  /** Starts again if the next frame goes to another model or place. */
  measure(subject: string): void {
    if (subject !== this.subject) this.restart()
    this.subject = subject
  }

  /** Forgets the results so far: a pause after them would make the rate wrong. */
  restart(): void {
    this.times = []
  }

  /**
   * @param time of a result, in milliseconds
   * @returns frames per second; 0 while there is only one result
   */
  add(time: number): number {
    this.times.push(time)
    if (this.times.length > WINDOW) this.times.shift()
    const [first = time] = this.times
    return time === first ? 0 : (1000 * (this.times.length - 1)) / (time - first)
  }
}
