import type { Job, JobState } from '@/lib/shared/contract/jobs'
import type { JobSpec } from '../backend'
import type { JobRecord } from './job-record'

/** A job as the API returns it. */
export function viewOf(record: JobRecord, rate: number | null, retentionMs: number): Job {
  const { spec, ok, failed, total, finishedAt } = record
  const reason = pauseReason(record)
  const running = record.state === 'running' && reason === null
  return {
    id: spec.id,
    state: stateOf(record),
    reason,
    open: record.open,
    source: spec.source ?? null,
    listing: record.listing,
    model: spec.model,
    top_k: spec.top_k,
    threshold: spec.threshold,
    embeddings: spec.embeddings ?? false,
    check: spec.check ?? false,
    ...(spec.words === undefined ? {} : { words: { ...spec.words, labels: [...spec.words.labels] } }),
    counts: { total, done: ok + failed, ok, failed },
    rate: running ? rate : null,
    eta_s: running && rate ? (total - ok - failed) / rate : null,
    created_at: spec.created_at,
    finished_at: finishedAt,
    callback: record.callback,
    expires_at: finishedAt === null ? null : new Date(Date.parse(finishedAt) + retentionMs).toISOString(),
  }
}

/** The state as the API returns it. */
export function stateOf(record: JobRecord): JobState {
  return pauseReason(record) === null ? record.state : 'paused'
}

/** The record of a new job. */
export function newRecord(
  spec: JobSpec,
  { open, listing, total, shards }: Pick<JobRecord, 'open' | 'listing' | 'total' | 'shards'>,
): JobRecord {
  const callback = spec.callback ? { state: 'waiting' as const, attempts: 0 } : null
  const none = {
    paused: false,
    round: 0,
    closing: null,
    ok: 0,
    failed: 0,
    finishedAt: null,
    allDead: false,
    version: 1,
  }
  return { spec, state: 'running', open, listing, total, shards, callback, lastActivity: 0, ...none }
}

/** Why the job is paused. */
function pauseReason({ state, paused, allDead }: JobRecord): Job['reason'] {
  if (state !== 'running') return null
  if (paused) return 'requested'
  return allDead ? 'dead_letters' : null
}
