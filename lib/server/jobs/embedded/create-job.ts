import { createHash } from 'node:crypto'
import type { Job, JobParameters } from '@/lib/shared/contract/jobs'
import type { Engine } from '../../engine/types'
import { storageProblem, withStorage } from '../../storage/storage-errors'
import type { Draft } from '../backend'
import { newSpec } from '../job-spec'
import { requirePhotos } from '../require-photos'
import { requireSource, type Sources } from '../source'
import { draftFor } from './draft'
import type { JobFolder } from './job-folder'
import type { JobStore } from './job-store'

export interface CreateOptions {
  engine: Engine
  sources: Sources
  /** @throws Problem `url_refused` if this server may not send requests there */
  requireAllowedUrl(url: string): void
}

type Fill = (draft: Draft) => Promise<void>

/** Creates jobs, each completely or not at all, and at most one per Idempotency-Key. */
export class JobCreator {
  private readonly creatingByKey = new Map<string, Promise<unknown>>()

  constructor(
    private readonly options: CreateOptions,
    private readonly store: JobStore,
    private readonly viewOf: (job: JobFolder) => Job,
  ) {}

  async create(
    parameters: JobParameters,
    fill: Fill,
    key?: string,
    chargedTo?: string,
  ): Promise<{ job: Job; created: boolean }> {
    if (key === undefined) return this.write(parameters, fill, null, chargedTo)
    const name = createHash('sha256').update(key).digest('hex')
    // Of two concurrent requests with one key, the second waits and finds the job of the first.
    const before = this.creatingByKey.get(name) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(() => this.write(parameters, fill, name, chargedTo))
    this.creatingByKey.set(name, mine)
    try {
      return await mine
    } finally {
      if (this.creatingByKey.get(name) === mine) this.creatingByKey.delete(name)
    }
  }

  /**
   * Writes everything into a draft, whose rename creates the job. A kill or a failure before the rename leaves no job;
   * after it there is nothing left to do.
   */
  private async write(parameters: JobParameters, fill: Fill, key: string | null, chargedTo: string | undefined) {
    const { callback_url, source } = parameters
    if (callback_url !== undefined) this.options.requireAllowedUrl(callback_url)
    if (source !== undefined) requireSource(source, this.options.sources)
    const spec = await newSpec(this.options.engine, parameters, chargedTo)
    const digest = createHash('sha256').update(JSON.stringify(parameters))
    const draft = withStorage(() => this.store.createDraft(spec))
    try {
      await fill(draftFor(draft, { digest }))
      requirePhotos(draft.inputs.length, parameters)
      const body = digest.digest('hex')
      const existing = key === null ? null : this.store.keys.existingJob(key, body)
      if (existing !== null) {
        this.store.dropDraft(draft)
        return { job: this.viewOf(this.store.get(existing)), created: false }
      }
      if (!parameters.open && source === undefined) draft.close()
      this.store.commit(draft, key === null ? null : { key, body })
    } catch (error) {
      this.store.dropDraft(draft)
      throw storageProblem(error)
    }
    const secret = spec.callback ? { callback_secret: spec.callback.secret } : {}
    return { job: { ...this.viewOf(draft), ...secret }, created: true }
  }
}
