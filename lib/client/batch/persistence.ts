import type { BatchItem } from './items'
import type { LabelsFile } from './labels'
import { type SavedBatch, saveBatch } from './store'

/** Saves a batch in this browser, so that it can be found and resumed later. */
export class BatchPersistence {
  private batch: SavedBatch | null = null
  /** Whether the last save succeeded. */
  persisted = true

  /** Continues from a batch that this browser saved earlier. */
  restore(batch: SavedBatch): void {
    this.batch = batch
  }

  /** @param added photos added since the last save */
  async save(
    id: string,
    all: readonly BatchItem[],
    added: readonly BatchItem[],
    labels: LabelsFile | null,
  ): Promise<void> {
    const { created = Date.now(), name = all[0]?.path.split('/')[0] ?? '' } = this.batch ?? {}
    this.batch = { id, created, name, photos: all.length }
    if (labels) {
      const { name, text, folders, choices } = labels
      this.batch.labels = { name, text, folders, choices }
    }
    const photos = added.flatMap(({ index, path, size, modified }) =>
      size === null || modified === null ? [] : [{ batch: id, index, path, size, modified }],
    )
    this.persisted = await saveBatch(this.batch, photos)
  }
}
