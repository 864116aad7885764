import type { Job } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { JobBackend } from '../backend'
import { NO_REPORT } from './no-report'
import { CheckFailure, type CheckOptions, runCheck } from './run-check'
import { AHEAD, OUTDATED, type StoredCheck, withLabels } from './stored-check'

/** How far the check of a job is. */
export interface CheckState {
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** The share that is done, from 0 to 1; null unless it runs. */
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

/** Checks the photos of jobs that are done, one job after the other: each check may use all the memory that is left. */
export class JobChecks {
  private readonly progress = new Map<string, number | null>()
  private last: Promise<unknown> = Promise.resolve()
  private turn: Promise<unknown> = Promise.resolve()
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
   * Sets the labels of a job's photos. A job that is done is checked again; until that is done, what was found before
   * stays. Any other is checked with them once it is done.
   *
   * @param labels text of a labels file; null for labels by folder
   * @throws Problem `conflict` if the job is being checked, was canceled, or has no check; `queue_full`
   */
  async setLabels(id: string, labels: string | null): Promise<void> {
    const { state } = await this.requireCheckable(id)
    if (state === 'done') return this.recheck(id, labels)
    await this.noteLabels(id, labels, AHEAD)
    // A check that began meanwhile finds the labels when it ends. If it has ended, too, it is repeated.
    if ((await this.jobs.view(id)).state !== 'done' || this.progress.has(id)) return
    if ((await this.jobs.readCheck(id))?.finished_at === AHEAD) await this.recheck(id, labels)
  }

  private async recheck(id: string, labels: string | null): Promise<void> {
    if (this.progress.has(id) || (await this.jobs.isCheckRequested?.(id)))
      throw new Problem('conflict', 'This job is being checked. Wait until that is done.')
    if (this.jobs.requestCheck) {
      await this.noteLabels(id, labels, OUTDATED)
      return this.jobs.requestCheck(id)
    }
    if (this.progress.size > MAX_WAITING)
      throw new Problem('queue_full', 'Other jobs are being checked. Try again later.', {
        retryAfterSeconds: RETRY_SECONDS,
      })
    this.progress.set(id, null)
    try {
      await this.noteLabels(id, labels, OUTDATED)
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
    const remote = await this.jobs.checkProgress?.(id)
    const check = await this.jobs.readCheck(id)
    if (progress !== undefined) return { state: progress === null ? 'waiting' : 'running', progress, check }
    const { finished_at } = await this.jobs.view(id)
    if (check !== null && check.finished_at === finished_at)
      return { state: check.failure === null ? 'done' : 'failed', progress: null, check }
    if (typeof remote === 'number') return { state: 'running', progress: remote, check }
    // Workers may have lost it with Redis. One that is still to be done is asked for only once.
    if (check?.finished_at === OUTDATED) await this.jobs.requestCheck?.(id)
    return { state: 'waiting', progress: null, check }
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

  private noteLabels(id: string, labels: string | null, finishedAt: string): Promise<void> {
    return this.inTurn(async () =>
      this.jobs.writeCheck(id, withLabels(await this.jobs.readCheck(id), labels, finishedAt)),
    )
  }

  /** Labels aren't set between the last look at them and the end of a check. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work)
    this.turn = done.catch(() => {})
    return done
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
    const { finished_at } = await this.requireCheckable(id)
    let before = await this.jobs.readCheck(id)
    if (finished_at === null || before?.finished_at === finished_at) return
    this.progress.set(id, 0)
    const onProgress = (done: number) => this.progress.set(id, done)
    const started = performance.now()
    for (;;) {
      const labels = before?.labels ?? null
      const rows = await this.jobs.results(id, {})
      const check = await checkOf(finished_at, labels, () =>
        runCheck(rows, labels, { ...this.options, signal, onProgress }),
      )
      signal.throwIfAborted()
      const isDone = await this.inTurn(async () => {
        before = await this.jobs.readCheck(id)
        if ((before?.labels ?? null) !== labels) return false
        await this.jobs.writeCheck(id, check)
        return true
      })
      if (isDone) return this.report(id, check, started)
    }
  }

  private report(id: string, check: StoredCheck, started: number): void {
    const seconds = Math.round((performance.now() - started) / 1000)
    this.options.log.info(
      { job: id, photos: check.report.photos, seconds, failure: check.failure },
      'a job was checked',
    )
  }

  /** @throws Problem `conflict` if the job was canceled, or isn't checked at all */
  async requireCheckable(id: string): Promise<Job> {
    const spec = await this.jobs.spec(id)
    if (!spec.check) throw notChecked()
    const job = await this.jobs.view(id)
    if (job.state === 'cancelled') throw new Problem('conflict', 'This job was canceled: its photos are not checked.')
    return job
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
