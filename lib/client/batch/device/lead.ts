import type { Job } from '@/lib/shared/contract/jobs'
import { type Failure, OFFLINE } from '../../api/failure'
import { serverWatch } from '../../api/server-watch'
import type { DeviceRun, RunOptions } from './device-run'
import { type News, Turn, type Wish } from './turn'

export interface LeadListener {
  /** How the photos are run, once it is this page's turn. */
  runOptions(job: Job): RunOptions
  /** This page follows another one no longer: it runs the batch from now on. */
  onTakeOver(run: DeviceRun | null): void
  onNews(news: News): void
  onWish(wish: Wish): void
  /** Why nothing runs: the code can't be loaded. Null once it is. */
  onIssue(failure: Failure | null): void
  signal: AbortSignal
}

/** Runs a batch on this page, or follows the page of this browser that does. */
export class Lead {
  /** Whether another page runs the batch. */
  elsewhere = false
  private turn: Turn | null = null
  private run: Promise<DeviceRun | null> | null = null

  constructor(private readonly listener: LeadListener) {}

  /** Whether this page runs the batch, or is about to. */
  get running(): boolean {
    return this.run !== null && !this.elsewhere
  }

  /** What runs the photos; null while another page does, and if nothing was taken. */
  get current(): Promise<DeviceRun | null> {
    return this.run ?? Promise.resolve(null)
  }

  /** Runs the batch if no other page does, or else follows that one until it is closed. */
  take(job: Job): Promise<DeviceRun | null> {
    this.run ??= this.takeTurn(job)
    return this.run
  }

  /** Lets go of the files and the turn. */
  async rest(): Promise<void> {
    const { run } = this
    this.run = null
    await (await run)?.close()
    this.turn?.release()
  }

  /** Tells the pages that follow. */
  tell(news: News): void {
    if (this.turn?.mine) this.turn.tell(news)
  }

  /** Asks the page that runs the batch. */
  ask(wish: Wish): void {
    this.turn?.ask(wish)
  }

  async dispose(): Promise<void> {
    await this.rest()
    this.turn?.dispose()
  }

  private async takeTurn(job: Job): Promise<DeviceRun | null> {
    this.turn ??= new Turn(job.id, {
      onTurn: () => void this.takeOver(job),
      onNews: (news) => this.listener.onNews(news),
      onWish: (wish) => this.listener.onWish(wish),
    })
    this.elsewhere = !(await this.turn.take())
    if (!this.elsewhere) return this.open(job)
    this.turn.ask('news')
    return null
  }

  /** The page that ran the batch was closed, or has finished it. */
  private async takeOver(job: Job): Promise<void> {
    this.elsewhere = false
    this.run = this.open(job)
    this.listener.onTakeOver(await this.run)
  }

  private async open(job: Job): Promise<DeviceRun | null> {
    const { signal, onIssue, runOptions } = this.listener
    while (!signal.aborted) {
      const code = await import('./device-run').catch(() => null)
      if (code) {
        onIssue(null)
        return code.DeviceRun.open(runOptions(job))
      }
      onIssue(OFFLINE)
      await serverWatch.wait(signal)
    }
    return null
  }
}
