import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { VISITOR_ID } from '@/lib/shared/contract/custom-models'
import { type LoopDelay, monitorEventLoop } from '../event-loop/monitor'
import type { EmfWriter } from './emf'

/** From half a millisecond, for a cached page, to the deadline of a photo. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Event loop blocks: nothing should exceed 0.05. */
const BLOCK_SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What is counted for each key. */
const KEY_FIGURES = ['requests', 'photos', 'errors', 'bytes'] as const

/** Current values, read on each scrape. */
export interface Gauges {
  queue: { photos: number; bytes: number }
  inFlight: number
  workers: { ready: number; wanted: number; restarts: number; bytes: number }
}

/** Stages of a classified photo, in milliseconds. */
export interface Stages {
  queue_ms: number
  decode_ms: number
  run_ms: number
}

/**
 * The metrics of this server. One instance per process: it sees every request and, through the engine, every worker,
 * so the values cover all processes.
 */
export class Metrics {
  readonly registry = new Registry()
  private readonly requests = new Counter({
    name: 'vision_http_requests_total',
    help: 'Requests by route and outcome; code is the problem code of an error.',
    labelNames: ['route', 'method', 'status', 'code'],
    registers: [this.registry],
  })
  private readonly keyUse = Object.fromEntries(
    KEY_FIGURES.map((figure) => [
      figure,
      new Counter({
        name: `vision_key_${figure}_total`,
        help: `Use of API keys: ${figure} by the name of the key.`,
        labelNames: ['key'],
        registers: [this.registry],
      }),
    ]),
  ) as Record<(typeof KEY_FIGURES)[number], Counter<'key'>>
  private readonly duration = new Histogram({
    name: 'vision_http_request_duration_seconds',
    help: 'Time from the request to the handler’s complete response.',
    labelNames: ['route'],
    buckets: SECONDS,
    registers: [this.registry],
  })
  private readonly calls = new Counter({
    name: 'vision_grpc_calls_total',
    help: 'gRPC calls by method and status; code is the problem code of an error.',
    labelNames: ['method', 'status', 'code'],
    registers: [this.registry],
  })
  private readonly callDuration = new Histogram({
    name: 'vision_grpc_call_duration_seconds',
    help: 'Time from a gRPC call to its status.',
    labelNames: ['method'],
    buckets: SECONDS,
    registers: [this.registry],
  })
  private readonly malformed = new Counter({
    name: 'vision_http_malformed_total',
    help: 'Connections that ended with a malformed or too slow request.',
    registers: [this.registry],
  })
  private readonly held = new Histogram({
    name: 'vision_event_loop_hold_seconds',
    help: 'Longest time per 100 ms that the event loop was blocked.',
    buckets: BLOCK_SECONDS,
    registers: [this.registry],
  })
  private readonly worked = new Histogram({
    name: 'vision_event_loop_work_seconds',
    help: 'Like vision_event_loop_hold_seconds, without time waiting for a CPU.',
    buckets: BLOCK_SECONDS,
    registers: [this.registry],
  })
  private readonly unwatch = monitorEventLoop((holds) => this.loop(holds))
  private readonly stages = Object.fromEntries(
    (['queue', 'decode', 'run'] as const).map((stage) => [
      stage,
      new Histogram({
        name: `vision_photo_${stage}_seconds`,
        help: `Duration of the ${stage} stage of classified photos.`,
        labelNames: ['model'],
        buckets: SECONDS,
        registers: [this.registry],
      }),
    ]),
  ) as Record<'queue' | 'decode' | 'run', Histogram<'model'>>

  /**
   * @param read current values
   * @param emf also writes them for CloudWatch
   */
  constructor(
    read: () => Gauges,
    private readonly emf?: EmfWriter,
  ) {
    this.gauge('vision_queue_photos', 'Photos waiting in the queue.', () => read().queue.photos)
    this.gauge('vision_queue_bytes', 'Bytes of waiting and running photos.', () => read().queue.bytes)
    this.gauge('vision_photos_running', 'Photos being processed by workers.', () => read().inFlight)
    this.gauge('vision_workers_ready', 'Workers that are ready.', () => read().workers.ready)
    this.gauge('vision_workers_wanted', 'Workers that should be ready.', () => read().workers.wanted)
    this.gauge('vision_server_memory_bytes', 'Resident memory of the server process.', () => process.memoryUsage.rss())
    this.gauge(
      'vision_workers_memory_bytes',
      'Resident memory of the workers, as last reported.',
      () => read().workers.bytes,
    )
    new Counter({
      name: 'vision_worker_restarts_total',
      help: 'Workers replaced since the start.',
      registers: [this.registry],
      collect() {
        this.reset()
        this.inc(read().workers.restarts)
      },
    })
  }

  request(labels: { route: string; method: string; status: number; code: string | undefined }, seconds: number): void {
    this.requests.inc({ ...labels, code: labels.code ?? '' })
    this.duration.observe({ route: labels.route }, seconds)
    this.emf?.request(labels.route, labels.status, 1000 * seconds)
  }

  /** @param httpStatus what the outcome is over HTTP, for CloudWatch, which counts both together */
  call(
    labels: { method: string; status: string; code: string | undefined },
    seconds: number,
    httpStatus: number,
  ): void {
    this.calls.inc({ ...labels, code: labels.code ?? '' })
    this.callDuration.observe({ method: labels.method }, seconds)
    this.emf?.request(labels.method, httpStatus, 1000 * seconds)
  }

  /** Counts what the holder of a key did. */
  keyUsed(key: string, usage: Partial<Record<(typeof KEY_FIGURES)[number], number>>): void {
    for (const figure of KEY_FIGURES) if (usage[figure]) this.keyUse[figure].inc({ key }, usage[figure])
  }

  malformedRequest(): void {
    this.malformed.inc()
  }

  photo(id: string, stages: Stages): void {
    // Visitors have any number of models, and their IDs are secrets.
    const model = VISITOR_ID.test(id) ? 'visitors' : id
    const { queue_ms, decode_ms, run_ms } = stages
    this.emf?.photo(stages)
    this.stages.queue.observe({ model }, queue_ms / 1000)
    this.stages.decode.observe({ model }, decode_ms / 1000)
    this.stages.run.observe({ model }, run_ms / 1000)
  }

  /** Writes the remaining metrics. */
  async close(): Promise<void> {
    this.unwatch()
    await this.emf?.close()
  }

  private loop({ delay: held, busy: worked }: LoopDelay): void {
    this.held.observe(held)
    this.worked.observe(worked)
    this.emf?.loopBlocked(1000 * held)
  }

  /** The Prometheus text and its content type. */
  async scrape(): Promise<{ body: string; contentType: string }> {
    return { body: await this.registry.metrics(), contentType: this.registry.contentType }
  }

  private gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value())
      },
    })
  }
}
