import type { GraphOutputs } from '../../../engine/types'

interface Duration {
  count: number
  ns: number
}

const STAGES = ['success', 'fail', 'queue', 'compute_input', 'compute_infer', 'compute_output'] as const
type Stage = (typeof STAGES)[number]

interface Counts {
  lastInference: number
  images: number
  stages: Record<Stage, Duration>
}

/** The entry of a model in `model_stats`. */
export interface ModelStatistics {
  name: string
  version: string
  /** Milliseconds since 1970. */
  last_inference: number
  inference_count: number
  execution_count: number
  inference_stats: Record<Stage | 'cache_hit' | 'cache_miss', Duration>
  batch_stats: object[]
  memory_usage: object[]
  response_stats: object
}

/** Counts what this process inferred through the protocol, per model, as the statistics extension describes it. */
export class Statistics {
  private readonly counts = new Map<string, Counts>()

  add(model: string, { queue_ms, decode_ms, run_ms, total_ms }: GraphOutputs['timings']): void {
    const counts = this.of(model)
    counts.lastInference = Date.now()
    counts.images++
    const times = {
      success: total_ms,
      queue: queue_ms,
      compute_input: decode_ms,
      compute_infer: run_ms,
      compute_output: 0,
    }
    for (const [stage, ms] of Object.entries(times)) count(counts.stages[stage as Stage], ms)
  }

  addFailure(model: string, ms: number): void {
    count(this.of(model).stages.fail, ms)
  }

  report(model: string): ModelStatistics {
    const { lastInference, images, stages } = this.of(model)
    const none = { count: 0, ns: 0 }
    return {
      name: model,
      version: '1',
      last_inference: lastInference,
      inference_count: images,
      execution_count: images,
      inference_stats: { ...stages, cache_hit: none, cache_miss: none },
      batch_stats: images === 0 ? [] : [{ batch_size: 1, ...pick(stages) }],
      memory_usage: [],
      response_stats: {},
    }
  }

  private of(model: string): Counts {
    const known = this.counts.get(model)
    if (known) return known
    const stages = Object.fromEntries(STAGES.map((stage) => [stage, { count: 0, ns: 0 }])) as Record<Stage, Duration>
    const counts = { lastInference: 0, images: 0, stages }
    this.counts.set(model, counts)
    return counts
  }
}

function pick({ compute_input, compute_infer, compute_output }: Record<Stage, Duration>) {
  return { compute_input, compute_infer, compute_output }
}

function count(duration: Duration, ms: number): void {
  duration.count++
  duration.ns += Math.round(ms * 1e6)
}
