import { type BLOCKED, COUNTS, TIMES } from './cloudwatch-metrics'
import { Samples } from './samples'

/** CloudWatch's limit of values per metric and line. */
const MAX_VALUES = 100

type Unit = 'Count' | 'Milliseconds' | 'Seconds' | 'Bytes'
/** A current value. */
export type Gauge = readonly [value: number, unit: Unit]

export interface EmfOptions {
  /** CloudWatch namespace. */
  namespace: string
  /** CloudWatch dimensions: names and values. */
  dimensions: Record<string, string>
  /** Current values, read for each line. */
  gauges: () => Promise<Record<string, Gauge>>
  /** Writes a line of JSON. */
  write: (line: string) => void
  everyMs: number
}

/**
 * Writes each minute's metrics as one log line in CloudWatch's embedded metric format, from which CloudWatch extracts
 * metrics without an API call.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmfWriter {
  private counts = zeroes()
  private readonly times = Object.fromEntries(TIMES.map((name) => [name, new Samples()])) as Record<
    (typeof TIMES)[number],
    Samples
  >
  private readonly timer: NodeJS.Timeout
  private longestBlock = 0

  constructor(private readonly options: EmfOptions) {
    this.timer = setInterval(() => void this.flush(), options.everyMs).unref()
  }

  /** Counts a request. Probes are ignored: they would hide what visitors experience. */
  request(route: string, status: number, ms: number): void {
    if (route.startsWith('/health/') || route === '/metrics') return
    this.counts.Requests++
    if (status >= 500) this.counts.ServerErrors++
    else if (status >= 400) this.counts.ClientErrors++
    if (status === 429 || status === 503) this.counts.Refusals++
    this.times.RequestTime.add(ms)
  }

  /** Records how long the event loop was blocked (milliseconds); the longest of each minute is exported. */
  loopBlocked(ms: number): void {
    this.longestBlock = Math.max(this.longestBlock, ms)
  }

  /** Records the stages of a classified photo (milliseconds). */
  photo({ queue_ms, decode_ms, run_ms }: { queue_ms: number; decode_ms: number; run_ms: number }): void {
    this.counts.Photos++
    this.times.QueueTime.add(queue_ms)
    this.times.DecodeTime.add(decode_ms)
    this.times.RunTime.add(run_ms)
  }

  /** Writes everything counted since the last line. */
  async flush(): Promise<void> {
    const [counts, block, gauges] = [this.counts, this.longestBlock, await this.options.gauges()]
    this.counts = zeroes()
    this.longestBlock = 0
    const values: Record<string, number | number[]> = { ...counts }
    const metrics = COUNTS.map((Name) => ({ Name, Unit: 'Count' as Unit }))
    const blocked: Record<(typeof BLOCKED)[number], Gauge> = { LoopHold: [Math.round(block), 'Milliseconds'] }
    for (const [Name, [value, Unit]] of Object.entries({ ...gauges, ...blocked })) {
      values[Name] = value
      metrics.push({ Name: Name as never, Unit })
    }
    for (const Name of TIMES) {
      const taken = this.times[Name].take(MAX_VALUES)
      // CloudWatch rejects empty lists.
      if (taken.length === 0) continue
      values[Name] = taken
      metrics.push({ Name: Name as never, Unit: 'Milliseconds' })
    }
    const { namespace, dimensions, write } = this.options
    const about = { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics }
    write(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [about] }, ...dimensions, ...values }))
  }

  /** Writes the last line. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.flush()
  }
}

function zeroes(): Record<(typeof COUNTS)[number], number> {
  return { Requests: 0, ClientErrors: 0, ServerErrors: 0, Refusals: 0, Photos: 0 }
}
