import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'
import { Problem } from '@/lib/shared/problems/problem'
import type { JobBackend, JobStats } from '../jobs/backend'
import type { Log } from '../observe/log'

/** Prometheus waits ten seconds for a scrape; the other figures must not be lost with these. */
const MOST_MS = 3_000
/** Whoever asks more often gets the same again: Redis is not asked of thousands of jobs at anybody's pace. */
const FRESH_MS = 1_000
const REASONS = ['lease', 'storage_full', 'storage_unavailable', 'redis_unavailable'] as const

type Read = () => Promise<JobStats | null>

/**
 * The jobs by state, and what they still have to do. Instances that share their jobs all tell the same. Where it cannot be
 * known, for the jobs are another server's at this moment or Redis does not answer, there is no figure rather than a wrong one.
 */
export function addJobMetrics(registry: Registry, jobs: Pick<JobBackend, 'stats' | 'health'>, log: Log): void {
  const read = remembered(() => inTime(jobs, log))
  const registers = [registry]
  new Gauge({
    name: 'vision_jobs',
    help: 'Jobs by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      const figures = await read()
      this.reset()
      for (const [state, count] of Object.entries(figures?.states ?? {})) this.set({ state }, count)
    },
  })
  const backlog = (name: string, help: string, of: (figures: JobStats) => number) => one(registry, read, name, help, of)
  backlog('vision_jobs_backlog_photos', 'Photos that running jobs still have to do.', (of) => of.backlog.photos)
  backlog(
    'vision_jobs_backlog_wait_seconds',
    'How long the job that has waited longest has got nothing done, though it could.',
    (of) => of.backlog.waitSeconds,
  )
  new Gauge({
    name: 'vision_jobs_waiting',
    help: '1 for the reason why this server’s jobs do not go on, 0 for every other.',
    labelNames: ['reason'],
    registers,
    collect() {
      const now = jobs.health?.().reason
      for (const reason of REASONS) this.set({ reason }, reason === now ? 1 : 0)
    },
  })
}

function one(registry: Registry, read: Read, name: string, help: string, of: (figures: JobStats) => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const figures = await read()
      if (figures === null) this.remove()
      else this.set(of(figures))
    },
  })
}

/** Null where they are not known, or not in time. */
async function inTime(jobs: Pick<JobBackend, 'stats'>, log: Log): Promise<JobStats | null> {
  try {
    const figures = jobs.stats()
    figures.catch(() => {}) // What comes too late is no fault.
    return await Promise.race([figures, sleep(MOST_MS, null, { ref: false })])
  } catch (error) {
    // A problem has its own line, from whoever has it.
    if (!(error instanceof Problem)) log.warn({ err: error }, 'the figures of the jobs are not known')
    return null
  }
}

/** One reading for all who ask within a while. */
function remembered(read: Read): Read {
  let last: { until: number; figures: ReturnType<Read> } | undefined
  return () => {
    if (last && performance.now() < last.until) return last.figures
    const figures = read()
    const mine = { until: Number.POSITIVE_INFINITY, figures }
    last = mine
    void figures.finally(() => {
      mine.until = performance.now() + FRESH_MS
    })
    return figures
  }
}
