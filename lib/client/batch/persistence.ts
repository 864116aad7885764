import type { BatchItem } from './items'
import type { LabelsFile, SavedLabels } from './labels'
import { type BatchSnapshot, hasEnded } from './snapshot'
import { batchName } from './source'
import { type DeviceSettings, type Outcome, type SavedBatch, saveBatch, updateBatch } from './store'
import { isFinal } from './timing'

/** What is saved of a batch. */
interface BatchFacts extends Pick<SavedBatch, 'id' | 'created' | 'title' | 'model'> {
  group: string | undefined
  from: string | undefined
  foreign: boolean
  device: DeviceSettings | undefined
  items: readonly BatchItem[]
  labels: LabelsFile | null
}

/** Saves a batch in this browser, so that it can be found and resumed later. */
export class BatchPersistence {
  /** What this browser saved earlier, or this page just now. */
  private batch: SavedBatch | null = null
  /** Whether the last save succeeded. */
  persisted = true

  /** Continues from a batch that this browser saved earlier. */
  restore(batch: SavedBatch): void {
    this.batch = batch
  }

  /** @param added photos added since the last save */
  async save(
    { items, group, from, foreign, device, title, labels, ...facts }: BatchFacts,
    added: readonly BatchItem[],
  ): Promise<void> {
    // Later, another tab may have renamed it.
    const kin = {
      ...(group !== undefined && { group }),
      ...(from !== undefined && { from }),
      ...(foreign && { foreign }),
      ...(device !== undefined && { device }),
    }
    const first = this.batch === null ? { title: title ?? null, ...kin } : {}
    const { created, name } = this.batch ?? { created: facts.created, name: batchName(items) }
    const batch = { ...facts, ...first, created, name, photos: items.length, labels: toSaved(labels) }
    this.batch = { ...this.batch, ...batch }
    const photos = added.flatMap(({ index, path, size, modified }) =>
      size === null || modified === null ? [] : [{ batch: batch.id, index, path, size, modified }],
    )
    this.persisted = await saveBatch(batch, photos)
  }

  /** Saves the visitor's name for the batch; null for the one it has by itself. */
  async saveTitle(title: string | null): Promise<void> {
    if (this.batch) await this.update(this.batch, { title })
  }

  /** Saves how the batch ended, if it has, and that it runs again. */
  async noteOutcome(snapshot: BatchSnapshot): Promise<void> {
    const outcome = outcomeOf(snapshot)
    if (outcome === undefined || !this.batch || JSON.stringify(this.batch.outcome ?? null) === JSON.stringify(outcome))
      return
    await this.update(this.batch, { outcome })
  }

  /** Saves the share of right results; null without labels. */
  async saveAccuracy(accuracy: number | null): Promise<void> {
    if (!this.batch || (this.batch.accuracy ?? null) === accuracy) return
    await this.update(this.batch, { accuracy })
  }

  /** Saves which labels its photos were checked with. */
  async saveCheckedLabels(checkedLabels: string | null): Promise<void> {
    if (this.batch) await this.update(this.batch, { checkedLabels })
  }

  private async update(batch: SavedBatch, part: Partial<SavedBatch>): Promise<void> {
    this.batch = { ...batch, ...part }
    await updateBatch(batch.id, part)
  }
}

/** How a batch ended; null if it runs, undefined if that isn't known yet. */
function outcomeOf({ phase, job, counts, took }: BatchSnapshot): Outcome | null | undefined {
  if (!hasEnded(phase)) return phase === 'opening' || isFinal(job) ? undefined : null
  return {
    state: phase === 'gone' ? 'expired' : phase,
    failed: counts.failed,
    expires: job?.expires_at ? Date.parse(job.expires_at) : null,
    seconds: took && !took.withPauses ? took.seconds : null,
  }
}

function toSaved(labels: LabelsFile | null): SavedLabels | null {
  if (!labels) return null
  const { name, text, folders, choices } = labels
  return { name, text, folders, choices }
}
