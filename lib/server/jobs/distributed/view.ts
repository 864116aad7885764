import type { Job, JobState } from '@/lib/shared/contract/jobs'
import type { JobSpec } from '../jobs'
import type { Standing } from './ledger'

/** A job as everybody may see it. */
export function viewOf(standing: Standing, rate: number | null, retentionMs: number): Job {
  const { spec, ok, failed, total, finishedAt } = standing
  const reason = reasonOf(standing)
  const running = standing.state === 'running' && reason === null
  return {
    id: spec.id,
    state: stateOf(standing),
    reason,
    open: standing.open,
    source: spec.source ?? null,
    listing: standing.listing,
    model: spec.model,
    top_k: spec.top_k,
    threshold: spec.threshold,
    counts: { total, done: ok + failed, ok, failed },
    rate: running ? rate : null,
    eta_s: running && rate ? (total - ok - failed) / rate : null,
    created_at: spec.created_at,
    finished_at: finishedAt,
    callback: standing.callback,
    expires_at: finishedAt === null ? null : new Date(Date.parse(finishedAt) + retentionMs).toISOString(),
  }
}

/** The state that everybody sees. */
export function stateOf(standing: Standing): JobState {
  return reasonOf(standing) === null ? standing.state : 'paused'
}

/** How a job stands that has just been made. */
export function newStanding(
  spec: JobSpec,
  { open, listing, total, shards }: Pick<Standing, 'open' | 'listing' | 'total' | 'shards'>,
): Standing {
  const callback = spec.callback ? { state: 'waiting' as const, attempts: 0 } : null
  const none = { paused: false, round: 0, closing: null, ok: 0, failed: 0, finishedAt: null, stuck: false, version: 1 }
  return { spec, state: 'running', open, listing, total, shards, callback, touchedAt: 0, ...none }
}

/** Why it waits. */
function reasonOf({ state, paused, stuck }: Standing): Job['reason'] {
  if (state !== 'running') return null
  if (paused) return 'requested'
  return stuck ? 'dead_letters' : null
}
