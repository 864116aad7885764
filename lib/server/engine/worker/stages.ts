import { performance } from 'node:perf_hooks'
import { softmax, topK } from '@/lib/shared/metrics/scores'
import { uncertainty } from '@/lib/shared/metrics/uncertainty'
import { Problem } from '@/lib/shared/problem'
import { type Decoded, decode, orientationOf } from '../../image/decode'
import { toPng } from '../../image/png'
import { fromTensor, type TensorData } from '../../image/tensor'
import type { Answer, Job, Seen } from '../protocol'
import type { LoadedModel } from './session'

interface Prepared {
  job: Job
  model: LoadedModel
  decoded: Decoded
  decodeMs: number
  settle(result: Answer | null | Error): void
}

/**
 * The two stages of a photo in a worker. Decoding happens on libuv's threads and several photos decode at once;
 * `session.run` blocks this thread, one photo at a time. So the next photos decode while this one runs.
 */
export class Stages {
  private readonly prepared: Prepared[] = []
  /** Jobs here now, by id; true once their caller has gone. */
  private readonly cancelled = new Map<number, boolean>()
  private running = false

  constructor(
    private readonly models: ReadonlyMap<string, LoadedModel>,
    private readonly maxPixels: number,
  ) {}

  /** Takes a job through both stages. Resolves to null where it was cancelled before its run. */
  async process(job: Job): Promise<Answer | null> {
    const model = this.models.get(job.model)
    if (!model) throw new Problem('not_ready', `The model ${job.model} is not loaded.`)
    const start = performance.now()
    this.cancelled.set(job.id, false)
    try {
      const decoded = await decode(job.image, model.spec.preprocessor, this.maxPixels)
      const decodeMs = performance.now() - start
      return await new Promise<Answer | null>((resolve, reject) => {
        const settle = (result: Answer | null | Error) => (result instanceof Error ? reject(result) : resolve(result))
        this.enqueue({ job, model, decoded, decodeMs, settle })
      })
    } finally {
      this.cancelled.delete(job.id)
    }
  }

  /** Marks a job whose caller has gone; it is dropped if it has not run yet. */
  cancel(id: number): void {
    if (this.cancelled.has(id)) this.cancelled.set(id, true)
  }

  private enqueue(item: Prepared): void {
    // A person's photo goes before the batch photos that wait.
    const firstBatch = this.prepared.findIndex(({ job }) => job.priority === 'batch')
    if (item.job.priority === 'batch' || firstBatch < 0) this.prepared.push(item)
    else this.prepared.splice(firstBatch, 0, item)
    void this.runAll()
  }

  private async runAll(): Promise<void> {
    if (this.running) return
    this.running = true
    for (let item = this.prepared.shift(); item; item = this.prepared.shift()) {
      item.settle(this.cancelled.get(item.job.id) ? null : await run(item).catch((error: Error) => error))
    }
    this.running = false
  }
}

async function run({ job, model, decoded, decodeMs }: Prepared): Promise<Answer> {
  const start = performance.now()
  const tensor = model.prepare(decoded.pixels)
  const logits = await model.run(tensor)
  const runMs = performance.now() - start
  return {
    ...judged(logits, job.want, model.spec),
    image: decoded.source,
    seen: job.preview ? await whatItSaw(job, model, tensor, decoded) : null,
    decodeMs,
    runMs,
  }
}

/** Labels and doubt, or the logits alone where they were asked for. */
function judged(
  logits: Float32Array,
  want: Job['want'],
  { temperature, uncertainty: rule }: LoadedModel['spec'],
): Pick<Answer, 'top' | 'uncertain' | 'logits'> {
  if (want === 'logits') return { top: [], uncertain: null, logits }
  // The margin needs the second best, whatever the caller asked for.
  const top = topK(softmax(logits, temperature), Math.max(2, want))
  const uncertain = uncertainty(logits, [top[0]?.score ?? 0, top[1]?.score ?? 0], rule)
  return { top: top.slice(0, want), uncertain, logits: null }
}

/** The picture that stands in the tensor: made from it, not beside it, so that it cannot differ. */
async function whatItSaw(
  { image }: Job,
  { input, spec }: LoadedModel,
  tensor: TensorData,
  { geometry }: Decoded,
): Promise<Seen> {
  const { width, height } = input
  const pixels = fromTensor(tensor, input, spec.preprocessor)
  const [png, orientation] = await Promise.all([toPng(pixels, width, height), orientationOf(image)])
  return { png, width, height, orientation, geometry, interpolation: spec.preprocessor.interpolation }
}
