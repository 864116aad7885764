import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import { withRests } from '../../event-loop/slices'
import { troubleOf } from '../../storage/store-fault'
import { listSource, type Sources } from '../source'
import type { JobFolder } from './job'
import type { Runner, RunnerOptions } from './runner'

/** A bucket or disk that fails is tried again after this long. */
const WAIT_MS = 5_000

/** Lists the sources of jobs into them while their first photos run; begun again it goes on behind the last. */
export class Lister {
  constructor(
    private readonly sources: Sources,
    private readonly runner: Runner,
    private readonly log: RunnerOptions['log'],
  ) {}

  /** Ends when all is listed, or the job is over. */
  async run(job: JobFolder): Promise<void> {
    const { signal } = job.stop
    while (job.listing && !signal.aborted) {
      try {
        await this.list(job, signal)
      } catch (error) {
        if (!signal.aborted) this.failed(job, error as Error)
        await sleep(WAIT_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  private async list(job: JobFolder, signal: AbortSignal): Promise<void> {
    const { source = '' } = job.spec
    const place = { after: job.inputs.at(-1)?.object?.key, before: job.inputs.length, signal }
    for await (const page of listSource(source, this.sources, place)) {
      for await (const input of withRests(page)) {
        if (signal.aborted) return
        job.add(input)
      }
      this.runner.fine(job)
      this.runner.run(job)
    }
    job.close()
  }

  private failed(job: JobFolder, error: Error): void {
    if (troubleOf(error)) {
      this.runner.failed(job, error)
      return
    }
    this.log.warn({ job: job.spec.id, reason: error.message }, 'the source of a job cannot be listed to its end')
    if (!(error instanceof Problem) || error.code !== 'too_many_files') return
    try {
      job.cancel()
    } catch (fault) {
      this.runner.failed(job, fault as Error)
    }
  }
}
