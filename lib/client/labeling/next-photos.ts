import type { Head } from '@/lib/shared/training/head'
import type { TrainingSession } from '../training/session'
import { isLabeled, type TrainedModel, type TrainingPhoto } from '../training/types'

/** Photos that are known in advance, so that the page can load them. */
const AHEAD = 3
/** The first photos to label are chosen among so many, unless there are fewer. */
const ENOUGH_TO_BEGIN = 32
/** Once there are so many times as many, they are chosen anew. */
const MANY_MORE = 1.25

/** Photos that can be labeled now. */
export const isOpen = (photo: TrainingPhoto): boolean => !isLabeled(photo) && !photo.skipped && photo.state === 'ready'

/** Which photos come next. The worker chooses them whenever there is a new model, while the visitor looks at a photo. */
export class NextPhotos {
  /** Shown before what is chosen. */
  private first: readonly number[] = []
  private chosen: readonly number[] = []
  private asking = false
  private model: TrainedModel | null = null
  private chosenAmong = 0
  private stale = true
  /** What guesses the labels of photos without one; null without a model. */
  guesser: Head | null = null

  /** @param onChosen called once there are others */
  constructor(
    private readonly session: TrainingSession,
    private readonly onChosen: () => void,
  ) {}

  get upcoming(): readonly number[] {
    return [...this.first, ...this.chosen]
  }

  /** Takes the next photo out; null if none was chosen yet. */
  take(): number | null {
    const [next] = this.upcoming
    if (next === undefined) return null
    this.keep((id) => id !== next)
    this.stale = true
    return next
  }

  /** Shows a photo again after the current one. */
  putBack(id: number): void {
    this.keep((other) => other !== id)
    this.first = [id, ...this.first]
  }

  /**
   * Drops photos that can't be labeled anymore, and chooses others if there is something new.
   *
   * @param current the photos that are shown
   */
  follow(current: readonly number[]): void {
    const { photos, model } = this.session.snapshot()
    const open = photos.filter(isOpen)
    const known = new Set(open.map(({ id }) => id))
    for (const id of current) known.delete(id)
    this.keep((id) => known.has(id))
    if (model === null) this.guesser = null
    const isNews = model !== this.model || open.length > MANY_MORE * this.chosenAmong
    if (isNews || this.upcoming.length === 0) this.stale = true
    const pending = photos.some(({ label, state }) => label === null && (state === 'waiting' || state === 'reading'))
    const begins = this.chosenAmong === 0 && pending && open.length < ENOUGH_TO_BEGIN
    if (!this.stale || this.asking || known.size === 0 || begins) return
    this.stale = false
    this.model = model
    this.chosenAmong = open.length
    void this.choose([...known], current)
  }

  private async choose(candidates: readonly number[], current: readonly number[]): Promise<void> {
    const { photos, model } = this.session.snapshot()
    const shown = new Set(current)
    const covered = photos.filter(({ id, label, skipped }) => label !== null || skipped || shown.has(id))
    this.asking = true
    const { ids, guesser } = await this.session.ask({
      kind: 'next',
      candidates,
      covered: covered.map(({ id }) => id),
      useModel: model !== null,
      count: AHEAD,
    })
    this.asking = false
    this.guesser = guesser
    // A worker that failed chooses none; then, they come as they were added.
    this.chosen = ids.length > 0 ? ids : candidates.slice(0, AHEAD)
    this.chosen = this.chosen.filter((id) => !this.first.includes(id))
    this.onChosen()
  }

  private keep(isKept: (id: number) => boolean): void {
    this.first = this.first.filter(isKept)
    this.chosen = this.chosen.filter(isKept)
  }
}
