import { Progress } from '../program/progress'

/** The progress of the check itself, once all photos are classified. */
export class CheckProgress {
  private readonly bar = new Progress('check', 1, 0, null)
  private shown = 0

  /** @param share that is done, from 0 to 1 */
  set(share: number): void {
    this.bar.add(share - this.shown)
    this.shown = share
  }

  end(): void {
    this.bar.end()
  }
}
