import type { Environment } from '../config/environment'
import type { EngineStats } from '../engine/types'
import type { JobBackend } from '../jobs/backend'
import type { BACKLOG, GAUGES } from '../observe/cloudwatch-metrics'
import { EmfWriter, type Gauge } from '../observe/emf'
import type { Log } from '../observe/log'
import { Metrics } from '../observe/metrics'
import { addProcessFigures, type Build } from '../observe/process-metrics'
import { addJobMetrics } from './job-metrics'

/** The source of the metrics. */
export interface MetricsSource {
  service: 'web' | 'worker'
  stats(): EngineStats
  jobs?: Pick<JobBackend, 'backlog' | 'stats' | 'health'> | null
  /** Build information, for Prometheus. */
  build?: Build
}

type EmfGauges = Record<(typeof GAUGES)[number], Gauge> & Partial<Record<(typeof BACKLOG)[number], Gauge>>

/** Interval between lines: CloudWatch stores minutes. */
const EVERY_MS = 60_000

/** Exports the metrics as METRICS configures: for Prometheus, or as log lines for CloudWatch. */
export function openMetrics(environment: Environment, measured: MetricsSource, log: Log): Metrics {
  const metrics = new Metrics(measured.stats, createEmfWriter(environment, measured, log))
  const { METRICS, METRICS_PORT } = environment
  // Process metrics are collected only if something can scrape them.
  if (measured.build && (METRICS === 'on' || METRICS_PORT !== undefined)) {
    addProcessFigures(metrics.registry, measured.build)
    if (measured.jobs) addJobMetrics(metrics.registry, measured.jobs, log)
  }
  return metrics
}

function createEmfWriter(
  { METRICS, PROJECT_NAME: namespace, ENVIRONMENT }: Environment,
  measured: MetricsSource,
  log: Log,
): EmfWriter | undefined {
  if (METRICS !== 'emf') return undefined
  return new EmfWriter({
    namespace,
    dimensions: { ...(ENVIRONMENT === undefined ? {} : { Environment: ENVIRONMENT }), Service: measured.service },
    gauges: gaugesOf(measured, log),
    // Bypasses the log, whose level must not hide metrics.
    write: (line) => process.stdout.write(`${line}\n`),
    everyMs: EVERY_MS,
  })
}

function gaugesOf({ stats, jobs }: MetricsSource, log: Log): () => Promise<EmfGauges> {
  let restarts = 0
  return async () => {
    const { queue, workers } = stats()
    const since = workers.restarts - restarts
    restarts = workers.restarts
    return {
      QueuePhotos: [queue.photos, 'Count'],
      WorkersReady: [workers.ready, 'Count'],
      WorkersMissing: [workers.wanted - workers.ready, 'Count'],
      WorkerRestarts: [since, 'Count'],
      Memory: [process.memoryUsage.rss() + workers.bytes, 'Bytes'],
      ...(await readBacklog(jobs, log)),
    }
  }
}

/** Without Redis, the backlog of shared jobs is unknown: no value is better than a wrong one. */
async function readBacklog(
  jobs: MetricsSource['jobs'],
  log: Log,
): Promise<Partial<Record<(typeof BACKLOG)[number], Gauge>>> {
  try {
    const backlog = await jobs?.backlog?.()
    if (!backlog) return {}
    return { BacklogPhotos: [backlog.photos, 'Count'], BacklogWait: [backlog.waitSeconds, 'Seconds'] }
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'the job backlog is unavailable')
    return {}
  }
}
