import type { Job } from '@/lib/shared/contract/jobs'
import type { ModelName, ResultRow } from '@/lib/shared/results/columns'
import { type Failure, OFFLINE } from '../../api/failure'
import { serverWatch } from '../../api/server-watch'
import type { BatchSettings } from '../api'
import type { BackendHost, BatchBackend } from '../backend'
import type { BatchItem, ItemState } from '../items'
import type { BatchSnapshot } from '../snapshot'
import { type SavedBatch, updateBatch } from '../store'
import { newDeviceJob, savedDeviceJob } from './device-job'
import type { DeviceRun } from './device-run'
import type { DeviceState } from './device-state'
import { RecentRate } from './recent-rate'
import { type News, Turn, type Wish } from './turn'

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
  elsewhere = false
  readonly resuming = false
  device: DeviceState = { keeping: 'copying', toKeep: 0, bytes: 0, room: null, loading: null }
  private turn: Turn | null = null
  private run: Promise<DeviceRun | null> | null = null
  private readonly rate = new RecentRate()
  /** Results that other pages don't know yet. */
  private untold: ResultRow[] = []

  constructor(
    private settings: Pick<BatchSettings, 'topK' | 'threshold'>,
    private readonly model: ModelName,
    private readonly host: BackendHost,
  ) {}

  get acceptsPhotos(): boolean {
    return this.ended === null && !this.elsewhere && (this.job === null || this.job.open)
  }

  noteAdded(added: readonly BatchItem[]): void {
    this.job ??= newDeviceJob(this.settings, this.model)
    const bytes = added.reduce((sum, { size }) => sum + (size ?? 0), this.device.bytes)
    this.device = { ...this.device, bytes, toKeep: this.device.toKeep + added.length }
    void this.lead(this.job).then((run) => run?.add(added))
  }

  start(): void {
    void this.run?.then((run) => run?.start())
  }

  async open(_id: string, saved: SavedBatch | null): Promise<void> {
    if (!saved?.device) return this.markGone()
    this.settings = saved.device
    const job = savedDeviceJob(saved, saved.device)
    this.job = job
    this.paused = saved.device.paused
    if (job.state === 'cancelled') this.ended = 'cancelled'
    const run = await this.lead(job)
    if (!job.open) await this.rest()
    if (this.ended) this.host.photos.leaveOut(UNFINISHED)
    run?.start()
  }

  async setPaused(paused: boolean): Promise<void> {
    if (this.elsewhere) return this.turn?.ask(paused ? 'pause' : 'resume')
    this.paused = paused
    this.rate.reset()
    this.update({ state: paused ? 'paused' : 'running', rate: null })
    const run = await this.run
    if (!paused) run?.retry()
    await this.save()
  }

  async cancel(): Promise<void> {
    if (this.elsewhere) this.turn?.ask('cancel')
    this.ended = 'cancelled'
    this.update({ state: 'cancelled', open: false, rate: null })
    await this.rest()
  }

  async retryFailed(): Promise<boolean> {
    if (this.elsewhere) this.turn?.ask('retry')
    if (this.elsewhere || !this.job) return false
    this.host.photos.retryHere()
    this.update({ state: 'running', open: true, finished_at: null })
    const run = await this.lead(this.job)
    run?.start()
    return true
  }

  async finish(): Promise<void> {}

  markGone(): void {
    this.ended = 'gone'
    void this.rest()
    this.host.onGone()
  }

  /** Ends a batch whose photos all have results, and tells other pages what is new. */
  noteState({ phase, collecting }: BatchSnapshot): void {
    if (this.elsewhere || this.turn === null || this.job === null) return
    if (phase === 'done' && !collecting && this.job.open && this.run !== null) {
      this.update({ state: 'done', open: false, rate: null, finished_at: new Date().toISOString() })
      this.tell(this.untold)
      void this.rest()
    } else this.tell(this.untold)
  }

  leave(): void {}

  dispose(): void {
    void this.rest().then(() => this.turn?.dispose())
  }

  /** Runs the batch if no other page does; that one is followed until then. Null while it is. */
  private lead(job: Job): Promise<DeviceRun | null> {
    this.run ??= this.takeTurn(job)
    return this.run
  }

  private async takeTurn(job: Job): Promise<DeviceRun | null> {
    this.turn ??= new Turn(job.id, {
      onTurn: () => void this.takeOver(job),
      onNews: (news) => this.handleNews(news),
      onWish: (wish) => this.handleWish(wish),
    })
    this.elsewhere = !(await this.turn.take())
    if (!this.elsewhere) return this.openRun(job)
    this.turn.ask('news')
    return null
  }

  /** The page that ran the batch was closed, or has finished it. */
  private async takeOver(job: Job): Promise<void> {
    this.elsewhere = false
    this.device = { ...this.device, loading: null }
    this.run = this.openRun(job)
    const run = await this.run
    run?.start()
    this.host.onChange(true)
    if (this.job?.open === false) await this.rest()
  }

  private async openRun(job: Job): Promise<DeviceRun | null> {
    const { signal } = this.host
    while (!signal.aborted) {
      const code = await import('./device-run').catch(() => null)
      if (code) return this.opened(await code.DeviceRun.open(this.runOptions(job)))
      this.setIssue(OFFLINE)
      await serverWatch.wait(signal)
    }
    return null
  }

  private opened(run: DeviceRun): DeviceRun {
    this.setIssue(null)
    this.host.onChange(true)
    return run
  }

  private runOptions(job: Job) {
    return {
      job,
      topK: this.settings.topK,
      host: this.host,
      isPaused: () => this.paused,
      onRow: (row: ResultRow) => {
        this.untold.push(row)
        this.rate.note(performance.now())
        this.update({ rate: this.rate.perSecond })
        this.host.onDone()
      },
      onIssue: (failure: Failure | null) => this.setIssue(failure),
      onDevice: (part: Partial<DeviceState>) => {
        this.device = { ...this.device, ...part }
        this.host.onChange(false)
      },
    }
  }

  /** Lets go of the files and the turn. */
  private async rest(): Promise<void> {
    const { run } = this
    this.run = null
    await (await run)?.close()
    this.turn?.release()
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
    if (job && this.turn?.mine) this.turn.tell({ job, paused, issue, device, rows })
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
