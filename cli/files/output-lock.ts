import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HEARTBEAT_MS, LEASE_LOST_CODE, Lease } from '@/lib/server/jobs/embedded/lease'
import { EXIT, Failure } from '../program/exit'

const RETRY_MS = 250

/** Ensures that only one run writes to an output. Two would do all work twice and delete each other's files. */
export class OutputLock {
  private constructor(
    private readonly path: string,
    private readonly lease: Lease,
    private readonly timer: NodeJS.Timeout,
  ) {}

  /**
   * Acquires the lock at once, or within a few seconds if a run in another container was killed.
   *
   * @throws Failure if another run writes there; NodeJS.ErrnoException if its folder does not exist
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
    // A failed heartbeat is caught up before the next write.
    const timer = setInterval(() => ignoreErrors(() => lease.beat()), HEARTBEAT_MS).unref()
    return new OutputLock(path, lease, timer)
  }

  /** Called before each write. @throws Failure if another run has taken over while this one was suspended */
  readonly guard = (): void => {
    try {
      this.lease.guard()
    } catch (error) {
      // The other run has finished and removed the lock, or still holds it.
      if (!['ENOENT', LEASE_LOST_CODE].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      const hint = `Another run took over ${this.path}, because this one was suspended for too long.`
      throw new Failure(EXIT.failed, hint, { cause: error })
    }
  }

  /** Releases the lock. A file that cannot be removed is ignored, because the next run takes it over. */
  release(): void {
    clearInterval(this.timer)
    ignoreErrors(() => this.lease.releaseAndRemove())
  }
}

function tryTake(lease: Lease): boolean {
  try {
    return lease.acquire() !== null
  } catch (error) {
    // The previous holder has removed its folder in the meantime.
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
