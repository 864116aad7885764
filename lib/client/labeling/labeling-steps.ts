import type { TrainingSession } from '../training/session'

/** A step that can be taken back. */
interface Step {
  ids: readonly number[]
  /** Null if the photo was skipped. */
  label: { id: number; name: string; isNew: boolean } | null
}

/** What was undone. */
export interface Undone {
  ids: readonly number[]
  /** Name of the label that was taken away; null if the photo had been skipped. */
  label: string | null
}

/** What was labeled and skipped since the page was opened, to take it back step by step. */
export class LabelingSteps {
  private readonly steps: Step[] = []

  constructor(private readonly session: TrainingSession) {}

  get canUndo(): boolean {
    return this.steps.length > 0
  }

  label(ids: readonly number[], name: string): void {
    const before = this.session.snapshot().labels.length
    const label = this.session.addLabel(name)
    const isNew = this.session.snapshot().labels.length > before
    this.session.movePhotos(ids, label.id)
    this.steps.push({ ids, label: { id: label.id, name: label.name, isNew } })
  }

  skip(id: number): void {
    this.session.skipPhotos([id], true)
    this.steps.push({ ids: [id], label: null })
  }

  /** @returns null if there is nothing to undo */
  undo(): Undone | null {
    const step = this.steps.pop()
    if (!step) return null
    const { ids, label } = step
    if (label === null) this.session.skipPhotos(ids, false)
    else {
      // Since then, a photo may have moved to another label on the page beside this one.
      const { photos } = this.session.snapshot()
      const same = photos.filter((photo) => ids.includes(photo.id) && photo.label === label.id)
      this.session.movePhotos(
        same.map(({ id }) => id),
        null,
      )
      if (label.isNew) this.session.dropLabel(label.id)
    }
    return { ids, label: label?.name ?? null }
  }
}
