import type { Head } from '@/lib/shared/training/head'
import { Notifier } from '../batch/notifier'
import type { TrainingSession } from '../training/session'
import { isLabeled } from '../training/types'
import { LabelingSteps } from './labeling-steps'
import { isOpen, NextPhotos } from './next-photos'

/** What the page for labeling shows. Photos are named by their IDs. */
export interface LabelQueueState {
  /** The photo that waits for its label; null while there is none. */
  current: number | null
  /** The photos after it, so that they can be loaded. */
  next: readonly number[]
  /** Several photos that get one label, the current one first; null for the current one alone. */
  group: readonly number[] | null
  /** Guesses labels from what is labeled so far; null before there is a model, or as long as it learns. */
  guesser: Head | null
  canUndo: boolean
  /** What happened last. */
  last: LastStep | null
}

export type LastStep =
  | { kind: 'labeled' | 'undone'; photos: number; labels: readonly string[] }
  | { kind: 'skipped' | 'unskipped' }

const NOTHING: LabelQueueState = { current: null, next: [], group: null, guesser: null, canUndo: false, last: null }
/** Photos that are labeled together. */
const GROUP = 12

/**
 * The photos that wait for a label, one after the other. The model learns meanwhile, and decides which ones come next;
 * the photo that is shown stays. What was labeled is kept in the draft at once.
 */
export class LabelQueue {
  private readonly next: NextPhotos
  private readonly steps: LabelingSteps
  private current: number | null = null
  private group: readonly number[] | null = null
  private last: LastStep | null = null
  private acting = false
  private state: LabelQueueState = NOTHING
  private readonly notifier = new Notifier(() => {})
  private unsubscribe: () => void = () => {}

  readonly subscribe = this.notifier.subscribe
  readonly snapshot = (): LabelQueueState => this.state

  constructor(private readonly session: TrainingSession) {
    this.steps = new LabelingSteps(session)
    this.next = new NextPhotos(session, () => this.refresh())
  }

  /** Starts to follow the draft. */
  open(): void {
    this.unsubscribe = this.session.subscribe(() => this.refresh())
    this.refresh()
  }

  close(): void {
    this.unsubscribe()
  }

  /**
   * Gives photos labels, which are added if there are none of these names. By default, the current photo.
   *
   * @param names several only where a photo may have several labels; then none says that no label fits
   */
  label(names: readonly string[], ids: readonly number[] = this.shown()): void {
    if (ids.length === 0) return
    this.last = { kind: 'labeled', photos: ids.length, labels: names.map((name) => name.trim()) }
    this.act(() => {
      this.show([])
      this.steps.label(ids, names)
    })
  }

  /** Asks for the current photo again once all others have a label. */
  skip(): void {
    const { current } = this
    if (current === null) return
    this.last = { kind: 'skipped' }
    this.act(() => {
      this.show([])
      this.steps.skip(current)
    })
  }

  /** Takes the last step back, and shows its photo again. */
  undo(): void {
    this.act(() => {
      const undone = this.steps.undo()
      if (!undone) return
      const { ids, labels } = undone
      this.last = labels === null ? { kind: 'unskipped' } : { kind: 'undone', photos: ids.length, labels }
      if (this.current !== null) this.next.putBack(this.current)
      this.show(ids)
    })
  }

  /** Asks for all skipped photos again. */
  askAgain(): void {
    const skipped = this.session.snapshot().photos.filter((photo) => !isLabeled(photo) && photo.skipped)
    this.act(() =>
      this.session.skipPhotos(
        skipped.map(({ id }) => id),
        false,
      ),
    )
  }

  /** Shows several photos that look alike, or the current one alone. */
  async setGroup(several: boolean): Promise<void> {
    const { current, session } = this
    this.group = null
    this.refresh()
    if (!several || current === null) return
    const { photos, model } = session.snapshot()
    const candidates = photos.filter((photo) => photo.id !== current && isOpen(photo)).map(({ id }) => id)
    const useModel = model !== null
    const { ids } = await session.ask({ kind: 'similar', to: current, candidates, useModel, count: GROUP - 1 })
    if (this.current !== current) return
    this.show([current, ...ids])
    this.refresh()
  }

  private shown(): readonly number[] {
    return this.group ?? (this.current === null ? [] : [this.current])
  }

  private show(ids: readonly number[]): void {
    this.current = ids[0] ?? null
    this.group = ids.length > 1 ? ids : null
  }

  /** The draft changes step by step; what comes next is chosen once, after that. */
  private act(action: () => void): void {
    this.acting = true
    action()
    this.acting = false
    this.refresh()
  }

  /** Brings everything in line with the draft. */
  private refresh(): void {
    if (this.acting) return
    const open = new Set(
      this.session
        .snapshot()
        .photos.filter(isOpen)
        .map(({ id }) => id),
    )
    this.show(this.shown().filter((id) => open.has(id)))
    this.next.follow(this.shown())
    if (this.current === null) {
      const next = this.next.take()
      if (next !== null) {
        this.show([next])
        this.next.follow([next])
      }
    }
    const { current, group, last, steps } = this
    const { guesser, upcoming } = this.next
    this.state = { current, next: upcoming, group, guesser, canUndo: steps.canUndo, last }
    this.notifier.notify(true)
  }
}
