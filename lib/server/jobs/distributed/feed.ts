import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/objects'
import type { JobFeed, PlacedResult } from '../jobs'
import type { Ledger } from './ledger'
import { linesSince, readPlace } from './results'

/** How often a listener's job is looked at. */
const LOOK_MS = 500

/** Follows a job that other processes run: looks often whether anything of it has changed. */
export class LedgerFeed implements JobFeed {
  private readonly end = new AbortController()
  private seen: string | null = ''

  constructor(
    private readonly store: ObjectStore,
    private readonly ledger: Ledger,
    private readonly id: string,
    private readonly owner: { view(): Promise<Job>; left(): void },
  ) {}

  get stopped(): boolean {
    return this.end.signal.aborted
  }

  view(): Promise<Job> {
    return this.owner.view()
  }

  async *since(place: string): AsyncGenerator<PlacedResult> {
    const epoch = await this.ledger.epoch(this.id)
    // A place of another order is none: all is told again, rather than something left out.
    const from = readPlace(place, epoch) ?? { epoch, part: 0, told: 0 }
    try {
      yield* linesSince(this.store, this.ledger, this.id, from)
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'unknown_job')) throw error
      this.stop()
    }
  }

  async change(ms: number): Promise<boolean> {
    for (const start = Date.now(); Date.now() - start < ms && !this.stopped; ) {
      // What does not answer now may answer at the next look.
      const version = await this.ledger.version(this.id).catch(() => this.seen)
      if (version === null && (await this.isGone())) this.stop()
      if (version !== this.seen) {
        this.seen = version
        return true
      }
      await sleep(LOOK_MS, undefined, { signal: this.end.signal }).catch(() => {})
    }
    return false
  }

  /** Redis knows no such job. It may have forgotten it, and then it is made anew by being looked at. */
  private async isGone(): Promise<boolean> {
    return this.owner.view().then(
      () => false,
      (error) => error instanceof Problem && error.code === 'unknown_job',
    )
  }

  leave(): void {
    this.stop()
    this.owner.left()
  }

  /** Nothing more is told. */
  stop(): void {
    this.end.abort()
  }
}
