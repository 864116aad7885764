import type { Job } from '@/lib/shared/contract/jobs'
import type { ModelName, ResultRow } from '@/lib/shared/results/columns'
import type { Failure } from '../../api/failure'
import { reloadAfter } from '../../offline/before-reload'
import type { BatchSettings } from '../api'
import type { BackendHost, BatchBackend } from '../backend'
import type { BatchItem, ItemState } from '../items'
import type { BatchSnapshot } from '../snapshot'
import { type SavedBatch, updateBatch } from '../store'
import { newDeviceJob, savedDeviceJob } from './device-job'
import type { DeviceRun, RunOptions } from './device-run'
import type { DeviceState } from './device-state'
import { Lead } from './lead'
import { RecentRate } from './recent-rate'
import type { News, Wish } from './turn'

const UNFINISHED: readonly ItemState[] = ['waiting', 'running', 'missing', 'queued']

/**
 * Runs a batch on this device, without the server. One page of this browser runs it, others follow; a closed one goes on
 * when the batch is opened again. The code that runs photos is loaded with the first of them.
 */
export class DeviceBackend implements BatchBackend {
  job: Job | null = null
  paused = false
  ended: 'cancelled' | 'gone' | null = null
  issue: Failure | null = null
  readonly resuming = false
  device: DeviceState = { keeping: 'copying', toKeep: 0, bytes: 0, room: null, loading: null }
  private readonly lead: Lead
  private readonly rate = new RecentRate()
  /** Results that other pages don't know yet. */
  private untold: ResultRow[] = []

  constructor(
    private settings: Pick<BatchSettings, 'topK' | 'threshold'>,
    private readonly model: ModelName,
    private readonly host: BackendHost,
  ) {
    this.lead = new Lead({
      runOptions: (job) => this.runOptions(job),
      onTakeOver: (run) => void this.handleTakeOver(run),
      onNews: (news) => this.handleNews(news),
      onWish: (wish) => this.handleWish(wish),
      onIssue: (failure) => this.setIssue(failure),
      signal: host.signal,
    })
  }

  /** Whether another page of this browser runs it. */
  get elsewhere(): boolean {
    return this.lead.elsewhere
  }

  get acceptsPhotos(): boolean {
    return this.ended === null && !this.elsewhere && (this.job === null || this.job.open)
  }

  noteAdded(added: readonly BatchItem[]): void {
    this.job ??= newDeviceJob(this.settings, this.model)
    const bytes = added.reduce((sum, { size }) => sum + (size ?? 0), this.device.bytes)
    this.device = { ...this.device, bytes, toKeep: this.device.toKeep + added.length }
    reloadAfter(this.lead.take(this.job).then((run) => run?.add(added)))
  }

  start(): void {
    void this.lead.current.then((run) => run?.start())
  }

  async open(_id: string, saved: SavedBatch | null): Promise<void> {
    if (!saved?.device) return this.markGone()
    this.settings = saved.device
    const job = savedDeviceJob(saved, saved.device)
    this.job = job
    this.paused = saved.device.paused
    if (job.state === 'cancelled') this.ended = 'cancelled'
    const run = await this.lead.take(job)
    if (!job.open) await this.lead.rest()
    if (this.ended) this.host.photos.leaveOut(UNFINISHED)
    run?.start()
  }

  async setPaused(paused: boolean): Promise<void> {
    if (this.elsewhere) return this.lead.ask(paused ? 'pause' : 'resume')
    this.paused = paused
    this.rate.reset()
    this.update({ state: paused ? 'paused' : 'running', rate: null })
    const run = await this.lead.current
    if (!paused) run?.retry()
    await this.save()
  }

  async cancel(): Promise<void> {
    if (this.elsewhere) this.lead.ask('cancel')
    this.ended = 'cancelled'
    this.update({ state: 'cancelled', open: false, rate: null })
    await this.lead.rest()
  }

  async retryFailed(): Promise<boolean> {
    if (this.elsewhere) this.lead.ask('retry')
    if (this.elsewhere || !this.job) return false
    this.host.photos.retryHere()
    this.update({ state: 'running', open: true, finished_at: null })
    const run = await this.lead.take(this.job)
    run?.start()
    return true
  }

  async finish(): Promise<void> {}

  markGone(): void {
    this.ended = 'gone'
    void this.lead.rest()
    this.host.onGone()
  }

  /** Ends a batch whose photos all have results, and tells other pages what is new. */
  noteState({ phase, collecting }: BatchSnapshot): void {
    if (!this.lead.running || this.job === null) return
    if (phase === 'done' && !collecting && this.job.open) {
      this.update({ state: 'done', open: false, rate: null, finished_at: new Date().toISOString() })
      this.tell(this.untold)
      void this.lead.rest()
    } else this.tell(this.untold)
  }

  leave(): void {}

  dispose(): void {
    void this.lead.dispose()
  }

  private readonly handleTakeOver = async (run: DeviceRun | null): Promise<void> => {
    this.device = { ...this.device, loading: null }
    run?.start()
    this.host.onChange(true)
    if (this.job?.open === false) await this.lead.rest()
  }

  private runOptions(job: Job): RunOptions {
    return {
      job,
      topK: this.settings.topK,
      host: this.host,
      isPaused: () => this.paused,
      onRow: (row) => {
        this.untold.push(row)
        this.rate.note(performance.now())
        this.update({ rate: this.rate.perSecond })
        this.host.onDone()
      },
      onIssue: (failure) => this.setIssue(failure),
      onDevice: (part) => {
        this.device = { ...this.device, ...part }
        this.host.onChange(false)
      },
    }
  }

  private update(part: Partial<Job>): void {
    if (this.job) this.job = { ...this.job, ...part }
    this.host.onChange('state' in part)
  }

  private setIssue(failure: Failure | null): void {
    if (this.issue === failure || this.host.signal.aborted) return
    this.issue = failure
    this.host.onChange(true)
  }

  private async save(): Promise<void> {
    if (!this.job) return
    const { topK, threshold } = this.settings
    const { id, model } = this.job
    await updateBatch(id, { device: { topK, threshold, revision: model.revision, paused: this.paused } })
  }

  private tell(rows: readonly ResultRow[]): void {
    const { job, paused, issue, device } = this
    if (job) this.lead.tell({ job, paused, issue, device, rows })
    this.untold = []
  }

  private handleNews({ job, paused, issue, device, rows }: News): void {
    if (this.ended) return
    for (const row of rows) this.host.photos.setResult(row)
    Object.assign(this, { job, paused, issue, device })
    if (job.state === 'cancelled') {
      this.ended = 'cancelled'
      this.host.photos.leaveOut(UNFINISHED)
    }
    if (rows.length > 0) this.host.onDone()
    this.host.onChange(false)
  }

  private handleWish(wish: Wish): void {
    if (wish === 'news') this.tell(this.host.photos.items.flatMap(({ row }) => row ?? []))
    else if (wish === 'cancel') this.host.onCancelWish()
    else if (wish === 'retry') void this.retryFailed()
    else void this.setPaused(wish === 'pause')
  }
}
