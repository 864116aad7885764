import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { JobFeed, PositionedResult } from '../backend'
import type { Ledger } from './ledger'
import { parsePosition, resultsSince } from './results'

/** How often a listener's job is polled. */
const POLL_MS = 500

/** Follows a job that other processes run, by polling its version. */
export class LedgerFeed implements JobFeed {
  private readonly end = new AbortController()
  private version: string | null = ''

  constructor(
    private readonly store: ObjectStore,
    private readonly ledger: Ledger,
    private readonly id: string,
    private readonly owner: { view(): Promise<Job>; onClose(): void },
  ) {}

  get stopped(): boolean {
    return this.end.signal.aborted
  }

  view(): Promise<Job> {
    return this.owner.view()
  }

  async *resultsSince(position: string): AsyncGenerator<PositionedResult> {
    const epoch = await this.ledger.epoch(this.id)
    // A position in an earlier order is unknown: start again rather than skip results.
    const from = parsePosition(position, epoch) ?? { epoch, part: 0, line: 0 }
    try {
      yield* resultsSince(this.store, this.ledger, this.id, from)
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'unknown_job')) throw error
      this.stop()
    }
  }

  async waitForChange(ms: number): Promise<boolean> {
    for (const start = Date.now(); Date.now() - start < ms && !this.stopped; ) {
      // If Redis doesn't respond now, it may the next time.
      const current = await this.ledger.version(this.id).catch(() => this.version)
      if (current === null && (await this.isGone())) this.stop()
      if (current !== this.version) {
        this.version = current
        return true
      }
      await sleep(POLL_MS, undefined, { signal: this.end.signal }).catch(() => {})
    }
    return false
  }

  /** Redis has no such job. If it has only lost the job, viewing it restores it. */
  private async isGone(): Promise<boolean> {
    return this.owner.view().then(
      () => false,
      (error) => error instanceof Problem && error.code === 'unknown_job',
    )
  }

  close(): void {
    this.stop()
    this.owner.onClose()
  }

  /** Ends the feed. */
  stop(): void {
    this.end.abort()
  }
}
