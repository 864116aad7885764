import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import { yieldingBetween } from '../../event-loop/slices'
import { storageFaultOf } from '../../storage/storage-errors'
import { listSource, type Sources } from '../source'
import type { JobFolder } from './job-folder'
import type { PhotoRunner, RunnerOptions } from './photo-runner'

/** A bucket or disk that fails is retried after this time. */
const RETRY_MS = 5_000

/**
 * Lists the sources of jobs into them while their first photos already run. Restarted, it continues after the last
 * photo.
 */
export class SourceLister {
  constructor(
    private readonly sources: Sources,
    private readonly runner: PhotoRunner,
    private readonly log: RunnerOptions['log'],
  ) {}

  /** Resolves when everything is listed or the job has ended. */
  async run(job: JobFolder): Promise<void> {
    const { signal } = job.stop
    while (job.listing && !signal.aborted) {
      try {
        await this.list(job, signal)
      } catch (error) {
        if (!signal.aborted) this.onError(job, error as Error)
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  private async list(job: JobFolder, signal: AbortSignal): Promise<void> {
    const position = { after: job.inputs.at(-1)?.object?.key, already: job.inputs.length, signal }
    for await (const page of listSource(job.spec, this.sources, position)) {
      for await (const input of yieldingBetween(page)) {
        if (signal.aborted) return
        job.add(input)
      }
      this.runner.clearFault(job)
      this.runner.schedule(job)
    }
    job.close()
  }

  private onError(job: JobFolder, error: Error): void {
    if (storageFaultOf(error)) {
      this.runner.backOff(job, error)
      return
    }
    this.log.warn({ job: job.spec.id, reason: error.message }, 'the source of a job cannot be listed completely')
    if (!(error instanceof Problem) || error.code !== 'too_many_files') return
    try {
      job.cancel()
    } catch (fault) {
      this.runner.backOff(job, fault as Error)
    }
  }
}
