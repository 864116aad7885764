import { performance } from 'node:perf_hooks'
import { inputArea } from '@/lib/shared/image/geometry'
import { fromTensor, type TensorData } from '@/lib/shared/image/tensor'
import { interpretLogits } from '@/lib/shared/inference/interpret'
import { type Decoded, decode, orientationOf } from '../../image/decode'
import { toPng } from '../../image/png'
import type { Job, JobResult, ModelInputPreview, PhotoJob, PhotoResult } from '../protocol'
import { DecodeTimer } from './decode-timer'
import type { HeadCache } from './head-cache'
import { maskSteps } from './mask-steps'
import type { ModelCache } from './model-cache'
import { runTensor } from './run-tensor'
import { type Scorer, type Scores, scorerOf } from './scorer'
import type { LoadedModel } from './session'
import { textSteps } from './text-steps'

interface Item {
  job: Job
  /** Arrival time (milliseconds of this process). */
  arrivedAt: number
  /** Runs the model once. Null if more steps follow. */
  step(): Promise<JobResult | null>
  settle(result: JobResult | null | Error): void
}

/** Interactive photos go before batches, but a photo that has waited this long is no longer overtaken. */
const MAX_OVERTAKEN_MS = 5000

export interface StagesOptions {
  maxPixels: number
  /** A decode that takes longer is reported. */
  timeoutMs: number
  /** Called before each run. */
  onRun(id: number): void
  /** Called for a decode that took too long. */
  onStuck(id: number): void
}

/**
 * The two pipeline steps of a photo in a worker: decode and run. Decoding uses libuv's threads, several photos at once;
 * `session.run` blocks this thread, one run at a time. So the next photos are decoded while this one runs.
 */
export class Pipeline {
  private readonly queue: Item[] = []
  /** Abort controllers of the current jobs, by id; aborted once the caller has gone. */
  private readonly callers = new Map<number, AbortController>()
  private running = false
  private readonly decodeTimer: DecodeTimer

  constructor(
    private readonly models: Pick<ModelCache, 'use'>,
    private readonly heads: HeadCache,
    private readonly options: StagesOptions,
  ) {
    this.decodeTimer = new DecodeTimer(options.timeoutMs, options.onStuck)
  }

  /** Processes a job. Resolves to null if it was cancelled before its last run. */
  async process(job: Job): Promise<JobResult | null> {
    const arrivedAt = performance.now()
    const caller = new AbortController()
    this.callers.set(job.id, caller)
    try {
      return await this.models.use(job.model, async (model) => {
        const step = await this.stepOf(job, model, caller.signal)
        return new Promise<JobResult | null>((resolve, reject) => {
          const settle = (result: JobResult | null | Error) =>
            result instanceof Error ? reject(result) : resolve(result)
          this.enqueue({ job, arrivedAt, step, settle })
          void this.runAll()
        })
      })
    } catch (error) {
      if (caller.signal.aborted) return null
      throw error
    } finally {
      this.callers.delete(job.id)
    }
  }

  /** Records that something else blocked this thread (milliseconds). */
  threadBlocked(ms: number): void {
    this.decodeTimer.addRunTime(ms)
  }

  /** Cancels a job whose caller has gone. It is dropped before its next run, and a long decode is aborted. */
  cancel(id: number): void {
    this.callers.get(id)?.abort()
  }

  private async stepOf(job: Job, model: LoadedModel, signal: AbortSignal): Promise<Item['step']> {
    if (job.kind === 'text') return textSteps(job, model)
    const scorer = scorerOf(model, job.head ? await this.heads.get(job.head) : null)
    if (job.kind === 'masks') return maskSteps(job, model, scorer)
    if (job.kind === 'tensor') return () => runTensor(job, model, scorer)
    return this.photoStep(job, model, scorer, signal)
  }

  private async photoStep(
    job: PhotoJob,
    model: LoadedModel,
    scorer: Scorer,
    signal: AbortSignal,
  ): Promise<Item['step']> {
    const start = performance.now()
    this.decodeTimer.begin(job.id)
    const { image, crop, traits = false } = job
    const requested = crop ? { area: crop, input: model.input } : null
    const { preprocessor } = model.spec
    const decoding = decode(image, preprocessor, this.options.maxPixels, signal, requested, traits)
    const decoded = await decoding.finally(() => this.decodeTimer.end(job.id))
    const decodeMs = performance.now() - start
    // Pixels of a job that is cancelled before this are left to V8.
    return () => run(job, model, scorer, decoded, decodeMs).finally(job.want === 'pixels' ? undefined : decoded.free)
  }

  private enqueue(item: Item): void {
    const mayBeOvertaken = ({ job, arrivedAt }: Item) =>
      job.priority === 'batch' && performance.now() - arrivedAt < MAX_OVERTAKEN_MS
    const position = item.job.priority === 'batch' ? -1 : this.queue.findIndex(mayBeOvertaken)
    if (position < 0) this.queue.push(item)
    else this.queue.splice(position, 0, item)
  }

  private async runAll(): Promise<void> {
    if (this.running) return
    this.running = true
    for (let item = this.queue.shift(); item; item = this.queue.shift()) {
      const cancelled = this.callers.get(item.job.id)?.signal.aborted ?? false
      const result = cancelled ? null : await this.step(item)
      if (cancelled || result !== null) item.settle(result)
      else this.enqueue(item)
    }
    this.running = false
  }

  private async step(item: Item): Promise<JobResult | null | Error> {
    this.options.onRun(item.job.id)
    const startedAt = performance.now()
    const result = await item.step().catch((error: Error) => error)
    this.decodeTimer.addRunTime(performance.now() - startedAt)
    return result
  }
}

async function run(
  job: PhotoJob,
  model: LoadedModel,
  scorer: Scorer,
  decoded: Decoded,
  decodeMs: number,
): Promise<PhotoResult> {
  const start = performance.now()
  const tensor = model.prepare(decoded.pixels)
  const scores = job.want === 'embedding' ? null : await scorer.score(tensor, job.embedding ?? false)
  const { embedding, kinds } = scores === null ? await model.features(tensor, false) : scores
  const runMs = performance.now() - start
  return {
    ...interpretScores(scores, job, scorer),
    embedding,
    kinds,
    traits: decoded.traits,
    image: decoded.source,
    area: inputArea(decoded.source, decoded.geometry),
    preview: job.preview ? await previewOf(job, model, tensor, decoded) : null,
    input: job.want === 'pixels' ? decoded.pixels : null,
    decodeMs,
    runMs,
  }
}

/** Predictions and uncertainty, or only the logits if they were requested. */
function interpretScores(
  scores: Scores | null,
  { want, allSelected = false }: PhotoJob,
  scorer: Scorer,
): Pick<PhotoResult, 'top' | 'uncertain' | 'logits'> {
  if (scores === null || typeof want !== 'number') return { top: [], uncertain: null, logits: scores?.logits ?? null }
  return { ...interpretLogits(scores.logits, { count: want, allSelected }, scorer, scores.likeness), logits: null }
}

/** Renders the model input as an image, from the tensor itself so that the two cannot differ. */
async function previewOf(
  { image }: PhotoJob,
  { input, spec }: LoadedModel,
  tensor: TensorData,
  { geometry }: Decoded,
): Promise<ModelInputPreview> {
  const { width, height } = input
  const pixels = fromTensor(tensor, input, spec.preprocessor)
  const [png, orientation] = await Promise.all([toPng(pixels, width, height), orientationOf(image)])
  return { png, width, height, orientation, geometry, interpolation: spec.preprocessor.interpolation }
}
