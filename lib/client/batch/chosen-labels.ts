import type { LabelsFile, UnreadableLabels } from './labels'

/** The labels that the visitor has chosen for a batch. Those in use stay until a new file is understood. */
export class ChosenLabels {
  current: LabelsFile | null = null
  /** The file chosen last, if it can't be read. */
  unreadable: UnreadableLabels | null = null
  /** The last labels that were understood. */
  private inUse: LabelsFile | null = null

  /** The labels in use, while a new file isn't understood. */
  get previous(): LabelsFile | null {
    return this.current !== null && this.inUse !== null && this.inUse.table !== this.current.table ? this.inUse : null
  }

  /** What a later visit finds. */
  get saved(): LabelsFile | null {
    return this.previous ?? this.current
  }

  /** Takes other labels, or the same with other choices; null for none. */
  set(labels: LabelsFile | null): void {
    this.current = labels
    this.unreadable = null
    if (labels === null) this.inUse = null
  }

  /** Takes what was found among added files. */
  add(labels: LabelsFile | null, unreadable: UnreadableLabels | null): void {
    if (labels) this.current = labels
    if (labels || unreadable) this.unreadable = unreadable
  }

  /** The labels are understood. Returns whether they replace others. */
  accept(labels: LabelsFile): boolean {
    const replaces = this.previous !== null
    if (labels === this.current) this.inUse = labels
    return replaces
  }
}
