import type { TrainingSession } from '../training/session'
import { NONE } from '../training/types'

interface GivenLabel {
  id: number
  name: string
  isNew: boolean
}

/** A step that can be taken back. */
interface Step {
  ids: readonly number[]
  /** The labels that they got, none of which may fit; null if the photo was skipped. */
  labels: readonly GivenLabel[] | null
  /** Photos that were added because a photo is there once for each of its labels. */
  copies: readonly number[]
}

/** What was undone. */
export interface Undone {
  ids: readonly number[]
  /** Names of the labels that were taken away; null if the photo had been skipped. */
  labels: readonly string[] | null
}

/** What was labeled and skipped since the page was opened, to take it back step by step. */
export class LabelingSteps {
  private readonly steps: Step[] = []

  constructor(private readonly session: TrainingSession) {}

  get canUndo(): boolean {
    return this.steps.length > 0
  }

  /** @param names several only where a photo may have several labels; then none says that no label fits */
  label(ids: readonly number[], names: readonly string[]): void {
    const labels = names.map((name) => this.addLabel(name))
    const [first, ...others] = labels
    this.session.movePhotos(ids, first?.id ?? NONE)
    const copies = others.flatMap(({ id }) => this.session.copyPhotos(ids, id))
    this.steps.push({ ids, labels, copies })
  }

  skip(id: number): void {
    this.session.skipPhotos([id], true)
    this.steps.push({ ids: [id], labels: null, copies: [] })
  }

  /** @returns null if there is nothing to undo */
  undo(): Undone | null {
    const step = this.steps.pop()
    if (!step) return null
    const { ids, labels, copies } = step
    if (labels === null) this.session.skipPhotos(ids, false)
    else {
      if (copies.length > 0) this.session.dropCopies(copies)
      this.unlabel(ids, labels)
    }
    return { ids, labels: labels?.map(({ name }) => name) ?? null }
  }

  private addLabel(name: string): GivenLabel {
    const before = this.session.snapshot().labels.length
    const label = this.session.addLabel(name)
    return { ...label, isNew: this.session.snapshot().labels.length > before }
  }

  private unlabel(ids: readonly number[], labels: readonly GivenLabel[]): void {
    // Since then, a photo may have moved to another label on the page beside this one.
    const given = labels[0]?.id ?? NONE
    const same = this.session.snapshot().photos.filter((photo) => ids.includes(photo.id) && photo.label === given)
    this.session.movePhotos(
      same.map(({ id }) => id),
      null,
    )
    for (const label of labels) if (label.isNew) this.session.dropLabel(label.id)
  }
}
