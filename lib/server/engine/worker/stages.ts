import { performance } from 'node:perf_hooks'
import { softmax, topK } from '@/lib/shared/metrics/scores'
import { uncertainty } from '@/lib/shared/metrics/uncertainty'
import { Problem } from '@/lib/shared/problem'
import { type Decoded, decode, orientationOf } from '../../image/decode'
import { toPng } from '../../image/png'
import { fromTensor, type TensorData } from '../../image/tensor'
import type { Answer, Job, PhotoAnswer, PhotoJob, Seen } from '../protocol'
import { DecodeClock } from './decode-clock'
import { maskSteps } from './mask-steps'
import type { LoadedModel } from './session'

interface Item {
  job: Job
  /** When it came (milliseconds of this process). */
  since: number
  /** Runs the model once. Null where there is more to do. */
  step(): Promise<Answer | null>
  settle(result: Answer | null | Error): void
}

/** People go before batches, but what has waited so long is not overtaken any more. */
const MOST_OVERTAKEN_MS = 5000

export interface StagesOptions {
  maxPixels: number
  /** A decoding that takes longer is reported. */
  timeoutMs: number
  /** Told before each run. */
  onRun(id: number): void
  /** Told of a decoding that took too long. */
  onStuck(id: number): void
}

/**
 * The two stages of a photo in a worker. Decoding happens on libuv's threads and several photos decode at once;
 * `session.run` blocks this thread, one run at a time. So the next photos decode while this one runs.
 */
export class Stages {
  private readonly line: Item[] = []
  /** Jobs here now, by id; aborted once their caller has gone. */
  private readonly callers = new Map<number, AbortController>()
  private running = false
  private readonly clock: DecodeClock

  constructor(
    private readonly models: ReadonlyMap<string, LoadedModel>,
    private readonly options: StagesOptions,
  ) {
    this.clock = new DecodeClock(options.timeoutMs, options.onStuck)
  }

  /** Takes a job through its stages. Resolves to null where it was cancelled before its last run. */
  async process(job: Job): Promise<Answer | null> {
    const model = this.models.get(job.model)
    if (!model) throw new Problem('not_ready', `The model ${job.model} is not loaded.`)
    const since = performance.now()
    const caller = new AbortController()
    this.callers.set(job.id, caller)
    try {
      const step = job.kind === 'masks' ? maskSteps(job, model) : await this.photoStep(job, model, caller.signal)
      return await new Promise<Answer | null>((resolve, reject) => {
        const settle = (result: Answer | null | Error) => (result instanceof Error ? reject(result) : resolve(result))
        this.enqueue({ job, since, step, settle })
        void this.runAll()
      })
    } catch (error) {
      if (caller.signal.aborted) return null
      throw error
    } finally {
      this.callers.delete(job.id)
    }
  }

  /** Marks a job whose caller has gone; it is dropped before its next run, and a long decode ends. */
  cancel(id: number): void {
    this.callers.get(id)?.abort()
  }

  private async photoStep(job: PhotoJob, model: LoadedModel, signal: AbortSignal): Promise<Item['step']> {
    const start = performance.now()
    this.clock.begin(job.id)
    const decoded = await decode(job.image, model.spec.preprocessor, this.options.maxPixels, signal).finally(() =>
      this.clock.end(job.id),
    )
    const decodeMs = performance.now() - start
    return () => run(job, model, decoded, decodeMs)
  }

  private enqueue(item: Item): void {
    const waits = ({ job, since }: Item) => job.priority === 'batch' && performance.now() - since < MOST_OVERTAKEN_MS
    const overtaken = item.job.priority === 'batch' ? -1 : this.line.findIndex(waits)
    if (overtaken < 0) this.line.push(item)
    else this.line.splice(overtaken, 0, item)
  }

  private async runAll(): Promise<void> {
    if (this.running) return
    this.running = true
    for (let item = this.line.shift(); item; item = this.line.shift()) {
      const gone = this.callers.get(item.job.id)?.signal.aborted ?? false
      const result = gone ? null : await this.step(item)
      if (gone || result !== null) item.settle(result)
      else this.enqueue(item)
    }
    this.running = false
  }

  private async step(item: Item): Promise<Answer | null | Error> {
    this.options.onRun(item.job.id)
    const began = performance.now()
    const result = await item.step().catch((error: Error) => error)
    this.clock.ran(performance.now() - began)
    return result
  }
}

async function run(job: PhotoJob, model: LoadedModel, decoded: Decoded, decodeMs: number): Promise<PhotoAnswer> {
  const start = performance.now()
  const tensor = model.prepare(decoded.pixels)
  const logits = await model.run(tensor)
  const runMs = performance.now() - start
  return {
    ...judged(logits, job.want, model.spec),
    image: decoded.source,
    seen: job.preview ? await whatItSaw(job, model, tensor, decoded) : null,
    input: job.want === 'pixels' ? { pixels: decoded.pixels, geometry: decoded.geometry } : null,
    decodeMs,
    runMs,
  }
}

/** Labels and doubt, or the logits alone where they were asked for. */
function judged(
  logits: Float32Array,
  want: PhotoJob['want'],
  { temperature, uncertainty: rule }: LoadedModel['spec'],
): Pick<PhotoAnswer, 'top' | 'uncertain' | 'logits'> {
  if (typeof want !== 'number') return { top: [], uncertain: null, logits }
  // The margin needs the second best, whatever the caller asked for.
  const top = topK(softmax(logits, temperature), Math.max(2, want))
  const uncertain = uncertainty(logits, [top[0]?.score ?? 0, top[1]?.score ?? 0], rule)
  return { top: top.slice(0, want), uncertain, logits: null }
}

/** The picture that stands in the tensor: made from it, not beside it, so that it cannot differ. */
async function whatItSaw(
  { image }: PhotoJob,
  { input, spec }: LoadedModel,
  tensor: TensorData,
  { geometry }: Decoded,
): Promise<Seen> {
  const { width, height } = input
  const pixels = fromTensor(tensor, input, spec.preprocessor)
  const [png, orientation] = await Promise.all([toPng(pixels, width, height), orientationOf(image)])
  return { png, width, height, orientation, geometry, interpolation: spec.preprocessor.interpolation }
}
