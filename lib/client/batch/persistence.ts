import type { BatchItem } from './items'
import type { LabelsFile } from './labels'
import { type SavedBatch, saveBatch } from './store'

/** Keeps in this browser what a batch is, so that it is found again and goes on. */
export class BatchPersistence {
  private known: SavedBatch | null = null
  /** Whether this browser keeps anything. */
  kept = true

  /** It was found again. */
  found(known: SavedBatch): void {
    this.known = known
  }

  /** @param added photos that came since the last time */
  async keep(
    id: string,
    all: readonly BatchItem[],
    added: readonly BatchItem[],
    labels: LabelsFile | null,
  ): Promise<void> {
    const { created = Date.now(), name = all[0]?.path.split('/')[0] ?? '' } = this.known ?? {}
    this.known = { id, created, name, photos: all.length }
    if (labels) this.known.labels = { name: labels.name, text: labels.text, picks: labels.picks }
    const entries = added.flatMap(({ index, path, size, modified }) =>
      size === null || modified === null ? [] : [{ batch: id, index, path, size, modified }],
    )
    this.kept = await saveBatch(this.known, entries)
  }
}
