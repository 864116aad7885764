import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'
import { Problem } from '@/lib/shared/problems/problem'
import type { JobBackend, JobStats } from '../jobs/backend'
import type { Log } from '../observe/log'

/** Prometheus waits ten seconds for a scrape; a slow backend must not cost the other metrics. */
const MAX_WAIT_MS = 3_000
/** More frequent scrapes get cached values, so that clients can't make Redis count thousands of jobs at any rate. */
const FRESH_MS = 1_000
const REASONS = ['lease', 'storage_full', 'storage_unavailable', 'redis_unavailable'] as const

type Read = () => Promise<JobStats | null>

/**
 * Exports the jobs by state and their backlog. Instances that share jobs all report the same. If the values aren't
 * available, because another server owns the jobs or Redis doesn't respond, the metrics are absent rather than wrong.
 */
export function addJobMetrics(registry: Registry, jobs: Pick<JobBackend, 'stats' | 'health'>, log: Log): void {
  const read = cached(() => readWithTimeout(jobs, log))
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
  const backlog = (name: string, help: string, of: (figures: JobStats) => number) =>
    addGauge(registry, read, name, help, of)
  backlog('vision_jobs_backlog_photos', 'Photos that running jobs still have to classify.', (of) => of.backlog.photos)
  backlog(
    'vision_jobs_backlog_wait_seconds',
    'Longest time since a job that could run last made progress.',
    (of) => of.backlog.waitSeconds,
  )
  new Gauge({
    name: 'vision_jobs_waiting',
    help: '1 for the reason why this server’s jobs are waiting, 0 for all others.',
    labelNames: ['reason'],
    registers,
    collect() {
      const now = jobs.health?.().reason
      for (const reason of REASONS) this.set({ reason }, reason === now ? 1 : 0)
    },
  })
}

function addGauge(registry: Registry, read: Read, name: string, help: string, of: (figures: JobStats) => number): void {
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

/** Null if they aren't available in time. */
async function readWithTimeout(jobs: Pick<JobBackend, 'stats'>, log: Log): Promise<JobStats | null> {
  try {
    const figures = jobs.stats()
    figures.catch(() => {}) // A late failure is ignored.
    return await Promise.race([figures, sleep(MAX_WAIT_MS, null, { ref: false })])
  } catch (error) {
    // The source of a problem logs it.
    if (!(error instanceof Problem)) log.warn({ err: error }, 'job metrics are unavailable')
    return null
  }
}

/** Shares one reading between all calls within a while. */
function cached(read: Read): Read {
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
