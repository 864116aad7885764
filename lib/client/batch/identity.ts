import type { Job } from '@/lib/shared/contract/jobs'
import type { BatchItem } from './items'
import type { LabelsFile } from './labels'
import { BatchPersistence } from './persistence'
import type { BatchSnapshot } from './snapshot'
import { batchName } from './source'
import type { DeviceSettings, SavedBatch } from './store'

/** What a batch is called, where it comes from, and how this browser remembers it. */
export class BatchIdentity {
  /** The visitor's own name for it. */
  title: string | null
  /** The group of a batch with the same photos. */
  group: string | undefined
  /** The ID of the batch that it was started from. */
  from: string | undefined
  /** Whether another browser started the batch, and ends it. */
  foreign = false
  /** How it runs on this device; undefined if it is on the server. */
  readonly device: DeviceSettings | undefined
  /** Names the labels that its photos were last checked with; null for the names of folders. */
  checkedLabels: string | null = null
  /** The name of a saved batch. */
  private savedName: string | null = null
  private readonly persistence = new BatchPersistence()

  constructor({
    title,
    group,
    from,
    device,
  }: { title?: string; group?: string; from?: string; device?: DeviceSettings }) {
    this.device = device
    this.title = title ?? null
    this.group = group
    this.from = from
  }

  /** Whether this browser can find the batch again later. */
  get persisted(): boolean {
    return this.persistence.persisted
  }

  /** The name that it has by itself. */
  nameOf(items: readonly BatchItem[]): string {
    return this.savedName ?? batchName(items)
  }

  /** Continues a batch that was opened by its ID. @param saved what this browser saved of it earlier */
  continueFrom(saved: SavedBatch | null): void {
    this.foreign = saved === null || saved.foreign === true
    if (!saved) return
    this.persistence.restore(saved)
    this.title = saved.title ?? null
    this.savedName = saved.name
    this.group = saved.group
    this.from = saved.from
    this.checkedLabels = saved.checkedLabels ?? null
  }

  /** Saves the batch, unless it has no job yet. @param added photos added since the last save */
  async save(
    job: Job | null,
    items: readonly BatchItem[],
    labels: LabelsFile | null,
    added: readonly BatchItem[],
  ): Promise<void> {
    if (!job) return
    const { title, group, from, foreign, device } = this
    const { id, model } = job
    const created = Date.parse(job.created_at)
    const facts = { id, created, title, group, from, foreign, device, labels, model: model.id, items }
    await this.persistence.save(facts, added)
  }

  /** Saves the visitor's name for the batch. */
  saveTitle(): Promise<void> {
    return this.persistence.saveTitle(this.title)
  }

  /** Saves the share of right results; null without labels. */
  saveAccuracy(accuracy: number | null): Promise<void> {
    return this.persistence.saveAccuracy(accuracy)
  }

  /** Notes which labels its photos are checked with. */
  saveCheckedLabels(name: string | null): Promise<void> {
    this.checkedLabels = name
    return this.persistence.saveCheckedLabels(name)
  }

  /** Saves how the batch ended, if it has, and that it runs again. */
  noteOutcome(snapshot: BatchSnapshot): Promise<void> {
    return this.persistence.noteOutcome(snapshot)
  }
}
