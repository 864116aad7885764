import { underBase } from '@/lib/shared/web/base-path'
import { choiceQuery } from '@/lib/shared/zero-shot/choice'
import type { Classification } from '../../shared/contract/contract'
import { SAMPLES } from '../../shared/gallery/samples'

/**
 * The first run warms up caches. The result is the fastest of the rest: whatever else the machine does can only make a
 * run slower, and no median of a few runs is free of that.
 */
const WARM_UP_RUNS = 1
const MEASURED_RUNS = 10

export interface Latency {
  /** In milliseconds, as measured by the server, so without network time. */
  decode: number
  run: number
  total: number
}

/**
 * Classifies a sample photo several times.
 *
 * @throws Error if a request is refused or the server can't be reached
 */
export async function measureLatency(model: string): Promise<Latency> {
  const photo = await (await requireOk(fetch(underBase(`/gallery/${SAMPLES[0]?.file}`)))).blob()
  const timings: Classification['timings'][] = []
  for (let i = 0; i < WARM_UP_RUNS + MEASURED_RUNS; i++) {
    const query = new URLSearchParams({ ...choiceQuery(model), top_k: '1' })
    const response = await requireOk(fetch(underBase(`/api/classify?${query}`), { method: 'POST', body: photo }))
    timings.push(((await response.json()) as Classification).timings)
  }
  const fastest = timings.slice(WARM_UP_RUNS).reduce((best, timing) => (timing.run_ms < best.run_ms ? timing : best))
  return { decode: fastest.decode_ms, run: fastest.run_ms, total: fastest.total_ms }
}

async function requireOk(request: Promise<Response>): Promise<Response> {
  const response = await request
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return response
}
