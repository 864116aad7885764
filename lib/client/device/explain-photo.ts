import type { ExplainMethod, Explanation } from '@/lib/shared/contract/explain'
import type { Area } from '@/lib/shared/crop/crop'
import { Importance } from '@/lib/shared/explain/importance'
import { CELLS, maskCount, maskOf } from '@/lib/shared/explain/masks'
import { blurredBaseline, occlude } from '@/lib/shared/explain/occlude'
import type { DeviceSession } from './device-session'

interface Explained {
  bytes: Uint8Array<ArrayBuffer>
  crop: Area | null
  /** Index of the label to explain. */
  label: number
  method: ExplainMethod
}

interface Context {
  /** Runs a step once nothing else is more important. Rejects to end the explanation. */
  step<T>(work: () => Promise<T>): Promise<T>
  onProgress(done: number, of: number): void
}

/**
 * Explains a label as the server does: the same masks in the same order. The model runs once per step, because it runs
 * several masks at once no faster.
 *
 * @throws Problem as `DeviceSession.classify`, or what `step` rejects with
 */
export async function explainPhoto(
  session: DeviceSession,
  { bytes, crop, label, method }: Explained,
  { step, onProgress }: Context,
): Promise<Explanation> {
  const start = performance.now()
  const { model, input, labels } = session.spec
  let runMs = 0
  async function scoreOf(pixels: () => Uint8Array): Promise<number> {
    const runStart = performance.now()
    const scores = await session.scores(pixels())
    runMs += performance.now() - runStart
    return scores[label] ?? 0
  }
  const { pixels, source, area, score } = await step(async () => {
    const prepared = await session.prepare(bytes, crop)
    return { ...prepared, score: await scoreOf(() => prepared.pixels) }
  })
  const baseline = blurredBaseline(pixels, input)
  const importance = new Importance()
  const count = maskCount(method)
  for (let number = 0; number < count; number++) {
    const mask = maskOf(method, number)
    const masked = await step(() => scoreOf(() => occlude(pixels, baseline, input, mask)))
    // Single precision, as from the server's worker processes.
    importance.add(mask, Math.fround(masked))
    onProgress(number + 1, count)
  }
  return {
    request_id: '',
    model,
    label: { label: labels[label]?.label ?? String(label), index: label, score },
    method,
    grid: { width: CELLS, height: CELLS, values: importance.map() },
    area,
    image: { width: source.width, height: source.height },
    runs: count + 1,
    timings: { run_ms: runMs, total_ms: performance.now() - start },
  }
}
