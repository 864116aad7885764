import { underBase } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'
import { SAMPLES } from '../../shared/gallery/samples'

/** The first run warms up caches; the result is the median of the rest. */
const WARM_UP_RUNS = 1
const MEASURED_RUNS = 5

export interface Latency {
  /** Medians in milliseconds, as measured by the server, so without network time. */
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
    const query = new URLSearchParams({ model, top_k: '1' })
    const response = await requireOk(fetch(underBase(`/api/classify?${query}`), { method: 'POST', body: photo }))
    timings.push(((await response.json()) as Classification).timings)
  }
  const median = (select: (timing: Classification['timings']) => number) =>
    timings
      .slice(WARM_UP_RUNS)
      .map(select)
      .sort((a, b) => a - b)[MEASURED_RUNS >> 1] ?? 0
  return {
    decode: median((timing) => timing.decode_ms),
    run: median((timing) => timing.run_ms),
    total: median((timing) => timing.total_ms),
  }
}

async function requireOk(request: Promise<Response>): Promise<Response> {
  const response = await request
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return response
}
