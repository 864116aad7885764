import { underBase } from '@/lib/shared/web/base-path'
import type { Classification } from '../../shared/contract/contract'
import { SAMPLES } from '../../shared/gallery/samples'

/** The first runs warm caches; the median of the others counts. */
const WARM_UP = 2
const RUNS = 9

export interface Latency {
  /** Medians in milliseconds, as the server told them: without the network. */
  decode: number
  run: number
  total: number
}

/**
 * Runs a sample photo through a model a few times.
 *
 * @throws Error where the server refuses or cannot be reached
 */
export async function measureLatency(model: string): Promise<Latency> {
  const photo = await (await ok(fetch(underBase(`/gallery/${SAMPLES[0]?.file}`)))).blob()
  const timings: Classification['timings'][] = []
  for (let i = 0; i < WARM_UP + RUNS; i++) {
    const query = new URLSearchParams({ model, top_k: '1' })
    const reply = await ok(fetch(underBase(`/api/classify?${query}`), { method: 'POST', body: photo }))
    timings.push(((await reply.json()) as Classification).timings)
  }
  const median = (of: (one: Classification['timings']) => number) =>
    timings
      .slice(WARM_UP)
      .map(of)
      .sort((a, b) => a - b)[RUNS >> 1] ?? 0
  return {
    decode: median((one) => one.decode_ms),
    run: median((one) => one.run_ms),
    total: median((one) => one.total_ms),
  }
}

async function ok(request: Promise<Response>): Promise<Response> {
  const reply = await request
  if (!reply.ok) throw new Error(`HTTP ${reply.status}`)
  return reply
}
