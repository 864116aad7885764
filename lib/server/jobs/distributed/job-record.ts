import type { Job } from '@/lib/shared/contract/jobs'
import type { JobSpec } from '../backend'

/** The state of a job in Redis. */
export interface JobRecord {
  spec: JobSpec
  state: 'running' | 'done' | 'cancelled'
  open: boolean
  /** Whether its source is still being listed. */
  listing: boolean
  paused: boolean
  round: number
  shards: number
  /** The number of the empty shard that closed the job; null while it is open, and for jobs that never were. */
  closing: number | null
  total: number
  ok: number
  failed: number
  finishedAt: string | null
  /** When a photo was last added or finished (milliseconds since 1970, by Redis's clock). */
  lastActivity: number
  /** Whether every remaining shard is a dead letter. */
  allDead: boolean
  version: number
  callback: Job['callback']
}

/** How many shards of a job are in each list. */
interface ShardCounts {
  dispatched: number
  again: number
  dead: number
}

/** Reads a job's hash; null if Redis has no such job. */
export function parseRecord(job: Record<string, string>, { dispatched, again, dead }: ShardCounts): JobRecord | null {
  if (job.spec === undefined) return null
  const number = (name: string) => Number(job[name] ?? 0)
  const spec = JSON.parse(job.spec) as JobSpec
  const closing = job.closing === undefined ? null : number('closing')
  const cursor = number('cursor') + (number('cursor') === closing ? 1 : 0)
  const nothingToDispatch = job.open !== '1' && job.listing !== '1' && cursor >= number('shards') && again === 0
  return {
    spec,
    state: job.state as JobRecord['state'],
    open: job.open === '1',
    listing: job.listing === '1',
    paused: job.paused === '1',
    round: number('round'),
    shards: number('shards'),
    closing,
    total: number('total'),
    ok: number('ok'),
    failed: number('failed'),
    finishedAt: job.finished_at || null,
    lastActivity: number('touched') || Date.parse(spec.created_at),
    allDead: dead > 0 && dead === dispatched && nothingToDispatch,
    version: number('version'),
    callback: spec.callback
      ? ({ state: job.callback_state ?? 'waiting', attempts: number('callback_attempts') } as Job['callback'])
      : null,
  }
}
