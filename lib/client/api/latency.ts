import { underBase } from '@/lib/shared/web/base-path'
import { choiceQuery } from '@/lib/shared/zero-shot/choice'
import type { Classification } from '../../shared/contract/contract'
import { SAMPLES } from '../../shared/gallery/samples'
import { runHere } from '../device/run-here'

/**
 * The first run warms up caches. The result is the fastest of the rest: whatever else the machine does can only make a
 * run slower, and no median of a few runs is free of that.
 */
const WARM_UP_RUNS = 1
const MEASURED_RUNS = 10

export interface Latency {
  /** In milliseconds, as measured by the server, so without network time, or by the device. */
  decode: number
  run: number
  total: number
}

/**
 * Classifies a sample photo several times on the server.
 *
 * @throws Error if a request is refused or the server can't be reached
 */
export function measureLatency(model: string): Promise<Latency> {
  const query = new URLSearchParams({ ...choiceQuery(model), top_k: '1' })
  return fastestRun(async (photo) => {
    const response = await requireOk(fetch(underBase(`/api/classify?${query}`), { method: 'POST', body: photo }))
    return (await response.json()) as Classification
  })
}

/**
 * Classifies a sample photo several times in this browser. Loads the model first.
 *
 * @throws Failure if the browser can't run it; Error if the photo can't be loaded
 */
export function measureLatencyHere(model: string): Promise<Latency> {
  const { signal } = new AbortController()
  const call = { model, topK: 1, signal, onProgress() {}, onUploaded() {} }
  return fastestRun((photo) => runHere(photo, call))
}

async function fastestRun(classify: (photo: Blob) => Promise<Classification>): Promise<Latency> {
  const photo = await (await requireOk(fetch(underBase(`/gallery/${SAMPLES[0]?.file}`)))).blob()
  const timings: Classification['timings'][] = []
  for (let i = 0; i < WARM_UP_RUNS + MEASURED_RUNS; i++) timings.push((await classify(photo)).timings)
  const fastest = timings
    .slice(WARM_UP_RUNS)
    .reduce((best, timing) => (timing.total_ms < best.total_ms ? timing : best))
  return { decode: fastest.decode_ms, run: fastest.run_ms, total: fastest.total_ms }
}

async function requireOk(request: Promise<Response>): Promise<Response> {
  const response = await request
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return response
}
