import type { Job } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { JobBackend } from '../backend'
import { NO_REPORT } from './no-report'
import { CheckFailure, type CheckOptions, runCheck } from './run-check'
import type { StoredCheck } from './stored-check'

/** How far the check of a job is. */
export interface CheckState {
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** The share that is done, from 0 to 1; null unless this server runs it. */
  progress: number | null
  /** The latest check; null if there was none yet. */
  check: StoredCheck | null
}

export interface JobChecksOptions extends Pick<CheckOptions, 'script' | 'folder'> {
  log: Record<'error' | 'info', (fields: object, message: string) => void>
  /** Whether jobs are checked here when they are done. Otherwise batch workers do it. */
  runsAtEnd: boolean
}

/** Photos named at a time. */
const NAMES = 10_000
/** Checks that wait. */
const MAX_WAITING = 20
const RETRY_SECONDS = 10
/** A job whose results can't be read or whose check can't be written is tried again after this time. */
const RETRY_MS = 30_000

/** Instead of the end of a job: its check has to be repeated. */
const OUTDATED = ''

/** Checks the photos of jobs that are done, one job after the other: each check may use all the memory that is left. */
export class JobChecks {
  private readonly progress = new Map<string, number | null>()
  private last: Promise<unknown> = Promise.resolve()
  private readonly stop = new AbortController()

  constructor(
    private readonly jobs: JobBackend,
    private readonly options: JobChecksOptions,
  ) {}

  /** Checks a job that is done, unless it has been or is being checked. */
  notifyDone(id: string): void {
    if (!this.options.runsAtEnd || this.stop.signal.aborted || this.progress.has(id)) return
    this.enqueue(id)
  }

  /**
   * Checks a job again, with other labels. Until that is done, what was found before stays.
   *
   * @param labels text of a labels file; null for labels by folder
   * @throws Problem `conflict` if the job isn't done, or is being checked; `queue_full`
   */
  async recheck(id: string, labels: string | null): Promise<void> {
    await this.requireDone(id)
    if (this.progress.has(id) || (await this.jobs.isCheckRequested?.(id)))
      throw new Problem('conflict', 'This job is being checked. Wait until that is done.')
    if (this.jobs.requestCheck) {
      await this.markOutdated(id, labels)
      return this.jobs.requestCheck(id)
    }
    if (this.progress.size > MAX_WAITING)
      throw new Problem('queue_full', 'Other jobs are being checked. Try again later.', {
        retryAfterSeconds: RETRY_SECONDS,
      })
    this.progress.set(id, null)
    try {
      await this.markOutdated(id, labels)
    } catch (error) {
      this.progress.delete(id)
      throw error
    }
    this.enqueue(id)
  }

  /** @throws Problem `conflict` if the job isn't checked at all */
  async stateOf(id: string): Promise<CheckState> {
    // Read first: a check that ends meanwhile is then read below.
    const progress = this.progress.get(id)
    const spec = await this.jobs.spec(id)
    if (!spec.check) throw notChecked()
    const check = await this.jobs.readCheck(id)
    if (progress !== undefined) return { state: progress === null ? 'waiting' : 'running', progress, check }
    // Workers may have lost it with Redis. One that is still to be done is asked for only once.
    if (check?.finished_at === OUTDATED) await this.jobs.requestCheck?.(id)
    const { finished_at } = await this.jobs.view(id)
    const isCurrent = check !== null && check.finished_at === finished_at
    return { state: !isCurrent ? 'waiting' : check.failure === null ? 'done' : 'failed', progress: null, check }
  }

  /** The names of all photos of a job. */
  async filesOf(id: string): Promise<string[]> {
    const files: string[] = []
    for (;;) {
      const page = await this.jobs.photos(id, files.length, NAMES)
      files.push(...page.files)
      if (page.files.length === 0 || files.length >= page.total) return files
    }
  }

  /** Ends the check that runs. It runs again at the next start. */
  async close(): Promise<void> {
    this.stop.abort(new Error('the server is stopping'))
    await this.last.catch(() => {})
  }

  /** Until the check was repeated, what was found before stays. */
  private async markOutdated(id: string, labels: string | null): Promise<void> {
    const { failure = null, report = NO_REPORT, found = [] } = (await this.jobs.readCheck(id)) ?? {}
    await this.jobs.writeCheck(id, { finished_at: OUTDATED, labels, failure, report, found })
  }

  private enqueue(id: string): void {
    this.progress.set(id, null)
    const done = this.last
      .catch(() => {})
      .then(() => this.run(id))
      .finally(() => this.progress.delete(id))
    this.last = done
    done.catch((error: unknown) => {
      const isGone = error instanceof Problem && error.code === 'unknown_job'
      if (this.stop.signal.aborted || isGone) return
      this.options.log.error({ job: id, err: error }, 'a job could not be checked')
      setTimeout(() => this.notifyDone(id), RETRY_MS).unref()
    })
  }

  private async run(id: string): Promise<void> {
    const { signal } = this.stop
    signal.throwIfAborted()
    const { finished_at } = await this.requireDone(id)
    const before = await this.jobs.readCheck(id)
    if (finished_at === null || before?.finished_at === finished_at) return
    this.progress.set(id, 0)
    const labels = before?.labels ?? null
    const onProgress = (done: number) => this.progress.set(id, done)
    const started = performance.now()
    const rows = await this.jobs.results(id, {})
    const check = await checkOf(finished_at, labels, () =>
      runCheck(rows, labels, { ...this.options, signal, onProgress }),
    )
    signal.throwIfAborted()
    await this.jobs.writeCheck(id, check)
    const seconds = Math.round((performance.now() - started) / 1000)
    this.options.log.info(
      { job: id, photos: check.report.photos, seconds, failure: check.failure },
      'a job was checked',
    )
  }

  /** @throws Problem `conflict` if the job isn't done, or isn't checked at all */
  async requireDone(id: string): Promise<Job> {
    const spec = await this.jobs.spec(id)
    if (!spec.check) throw notChecked()
    const job = await this.jobs.view(id)
    if (job.state === 'done') return job
    throw new Problem('conflict', 'Only a job that is done can be checked. Wait until all of its photos are done.')
  }
}

function notChecked(): Problem {
  return new Problem('conflict', 'This job has no check. Create a job with check=true.')
}

/** What a check found, or why it failed: a data set that can't be checked isn't tried again and again. */
export async function checkOf(
  finishedAt: string,
  labels: string | null,
  run: () => ReturnType<typeof runCheck>,
): Promise<StoredCheck> {
  try {
    return { finished_at: finishedAt, labels, failure: null, ...(await run()) }
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error
    return { finished_at: finishedAt, labels, failure: error.message, report: NO_REPORT, found: [] }
  }
}
