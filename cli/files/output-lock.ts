import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HEARTBEAT_MS, LEASE_LOST_CODE, Lease } from '@/lib/server/jobs/embedded/lease'
import { EXIT, Failure } from '../program/exit'

const RETRY_MS = 250

/** One run at a time writes into one place: two would do everything twice, and each remove what the other needs. */
export class OutputLock {
  private constructor(
    private readonly path: string,
    private readonly lease: Lease,
    private readonly timer: NodeJS.Timeout,
  ) {}

  /**
   * Takes the place, at once or, where a run of another container was killed, after a few seconds.
   *
   * @throws Failure where another run writes there; NodeJS.ErrnoException where its folder is not there
   */
  static async take(path: string): Promise<OutputLock> {
    await stat(dirname(path))
    const lease = new Lease(`${path}.lock`, () => {})
    while (!tryTake(lease)) {
      if (lease.holderIsAlive) {
        const { host, pid } = lease.holder ?? { host: 'another machine', pid: 0 }
        const hint = `Another run (process ${pid} on ${host}) is writing ${path}. Wait until it finishes, or choose another --out.`
        throw new Failure(EXIT.failed, hint)
      }
      await sleep(RETRY_MS)
    }
    // What it cannot say now it says before it writes.
    const timer = setInterval(() => ignoreErrors(() => lease.beat()), HEARTBEAT_MS).unref()
    return new OutputLock(path, lease, timer)
  }

  /** Asked before each write. @throws Failure where another run has taken the place, since this one stood still */
  readonly guard = (): void => {
    try {
      this.lease.guard()
    } catch (error) {
      // The other has ended and taken the lock away with it, or has it still.
      if (!['ENOENT', LEASE_LOST_CODE].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      const hint = `Another run took over ${this.path}, because this one was suspended for too long.`
      throw new Failure(EXIT.failed, hint, { cause: error })
    }
  }

  /** Gives the place back. What cannot be removed is no reason to fail: the next run takes it over. */
  release(): void {
    clearInterval(this.timer)
    ignoreErrors(() => this.lease.releaseAndRemove())
  }
}

function tryTake(lease: Lease): boolean {
  try {
    return lease.acquire() !== null
  } catch (error) {
    // Who had it has removed its folder in between.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !lease.holderIsAlive) return false
    throw error
  }
}

function ignoreErrors(work: () => void): void {
  try {
    work()
  } catch {
    return
  }
}
