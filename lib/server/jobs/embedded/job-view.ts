import type { Job } from '@/lib/shared/contract/jobs'
import type { JobFolder } from './job-folder'

/** A job as the API returns it. */
export function viewOf(job: JobFolder, retentionMs: number): Job {
  const { spec, state, counts, finishedAt } = job
  const rate = state === 'running' ? job.photoRate : null
  return {
    id: spec.id,
    state,
    reason: state === 'paused' ? job.reason : null,
    open: job.open,
    source: spec.source ?? null,
    listing: job.listing,
    model: spec.model,
    top_k: spec.top_k,
    threshold: spec.threshold,
    embeddings: spec.embeddings ?? false,
    check: spec.check ?? false,
    ...(spec.words === undefined ? {} : { words: { ...spec.words, labels: [...spec.words.labels] } }),
    counts,
    rate,
    eta_s: rate ? job.remaining / rate : null,
    created_at: spec.created_at,
    finished_at: finishedAt,
    callback: job.callback,
    expires_at: finishedAt === null ? null : new Date(Date.parse(finishedAt) + retentionMs).toISOString(),
  }
}
