import { performance } from 'node:perf_hooks'
import { readHeader } from '@/lib/shared/image/header'
import { Problem } from '@/lib/shared/problems/problem'
import type { CosineHead } from '@/lib/shared/zero-shot/similarity'
import { toClassification, withoutEmbedding } from './classification'
import { masksByWords, modelWithWords, scoredByWords } from './classify-by-words'
import { deviceModelOf } from './device-model'
import { toEmbedding } from './embedding'
import type { EngineOptions } from './engine-options'
import { labelIndex, toExplanation } from './explain/explanation'
import { runMasks, type ScoredMasks } from './explain/run-masks'
import { createGeneration, isServing, requireEmbedding } from './generation'
import { labelsOf } from './label-list'
import { classCount, type Model } from './model'
import { toModelDetails, toModelInfo } from './model-info'
import { isListed, ModelLookup, workerHead } from './model-lookup'
import type { ModelSource } from './model-parts'
import { requireLabels } from './no-labels'
import { timingsOf } from './photo-timings'
import type {
  LoadReport,
  MaskJob,
  MaskResult,
  PhotoJob,
  PhotoResult,
  TensorJob,
  TensorResult,
  TextJob,
  TextResult,
} from './protocol'
import { signatureOf } from './signature'
import { deadlineSignal, submit } from './submit'
import { Texts } from './texts'
import type { ClassifyOptions, Engine, EngineStats, ExplainOptions, RunOptions } from './types'

/** Decoded pixels take at most four channels (RGBA). */
const BYTES_PER_PIXEL = 4
/** Assumed if the header cannot be read. The decoder rejects most of these files. */
const FALLBACK_PIXELS = 1_000_000

/**
 * Starts an engine. Returns at once; photos wait until the workers have loaded the models.
 *
 * @throws Error if the models cannot be listed
 */
export async function createEngine(
  options: EngineOptions,
): Promise<Engine & ModelSource & { pids(): number[]; report(id: string): LoadReport | undefined }> {
  let current = await createGeneration(options, options.firstWorkers ?? options.workers, () => void queueReload())
  let nextId = 1
  let closing = false
  let restarts = 0
  let reloading = Promise.resolve()

  const lookup = new ModelLookup(() => current.models, options.custom)

  async function run(
    image: Uint8Array,
    model: Model,
    request: RunOptions,
    output: Pick<PhotoJob, 'want' | 'allSelected' | 'preview' | 'embedding' | 'traits'>,
    signal?: AbortSignal,
  ) {
    signal?.throwIfAborted()
    if (closing) throw new Problem('shutting_down', 'The server is shutting down. Send the photo again.')
    const { queue, pool, reports } = current
    const { base } = lookup.served(model, reports)
    if (output.want === 'embedding' || output.embedding) requireEmbedding(base, reports)
    const header = readHeader(image, options.maxPixels)
    const priority = request.priority ?? 'interactive'
    const { crop } = request
    const head = workerHead(model)
    const job: PhotoJob = { kind: 'photo', id: nextId++, model: base.id, head, image, priority, crop, ...output }
    const cost = image.byteLength + BYTES_PER_PIXEL * (header.pixels ?? FALLBACK_PIXELS)
    const slow = header.format === 'heic'
    const { deadlineMs = options.deadlineMs } = request
    return await submit<PhotoResult>({ job, cost, slow, queue, pool, deadlineMs, signal })
  }

  async function runTensor(
    data: Uint8Array,
    model: Model,
    { embedding, priority = 'interactive', deadlineMs = options.deadlineMs }: RunOptions & { embedding: boolean },
    signal?: AbortSignal,
  ) {
    signal?.throwIfAborted()
    if (closing) throw new Problem('shutting_down', 'The server is shutting down. Send the request again.')
    const { queue, pool, reports } = current
    const { base } = lookup.served(model, reports)
    if (embedding) requireEmbedding(base, reports)
    const head = workerHead(model)
    const job: TensorJob = { kind: 'tensor', id: nextId++, model: base.id, head, data, priority, embedding }
    return submit<TensorResult>({ job, cost: data.byteLength, queue, pool, deadlineMs, signal })
  }

  const texts = new Texts(
    async (model, list, { priority = 'interactive', deadlineMs = options.deadlineMs }, signal) => {
      signal?.throwIfAborted()
      if (closing) throw new Problem('shutting_down', 'The server is shutting down. Send the request again.')
      const { queue, pool, reports } = current
      const { base } = lookup.served(model, reports)
      const job: TextJob = { kind: 'text', id: nextId++, model: base.id, texts: list, priority }
      const cost = 2 * list.reduce((sum, text) => sum + text.length, 0)
      return submit<TextResult>({ job, cost, queue, pool, deadlineMs, signal })
    },
  )

  /** Runs masks over the input prepared for a revision of a model. Yields to all photos. */
  function runMaskJob(
    revision: string,
    maskJob: Omit<MaskJob, 'kind' | 'id' | 'priority'>,
    signal: AbortSignal,
  ): Promise<MaskResult> {
    if (closing) throw new Problem('shutting_down', 'The server is shutting down. Send the photo again.')
    const { models, queue, pool } = current
    if (models.get(maskJob.model)?.revision !== revision) {
      throw new Problem(
        'not_ready',
        'The model was replaced while the photo was being processed. Send the photo again.',
      )
    }
    const job: MaskJob = { kind: 'masks', id: nextId++, priority: 'batch', ...maskJob }
    return submit<MaskResult>({
      job,
      cost: maskJob.pixels.byteLength,
      queue,
      pool,
      deadlineMs: options.deadlineMs,
      signal,
    })
  }

  /** The labels that an explanation is about: those of the model, or in words. */
  async function explained(model: Model, { words, label }: ExplainOptions, signal: AbortSignal): Promise<Explained> {
    if (words === undefined) {
      requireLabels(model)
      return { model, index: label === undefined ? undefined : labelIndex(model, label), words: null }
    }
    const given = { id: model.id, labels: words.labels, background: null }
    const index = label === undefined ? undefined : labelIndex(given, label, 'one of candidate_labels or an index')
    const head = await texts.head(model, words, { priority: 'batch' }, signal)
    return { model: modelWithWords(model, words, head), index, words: head }
  }

  const listed = () => lookup.all().filter(isListed)
  const infoOf = (model: Model) => toModelInfo(model, lookup, current)

  async function reload(): Promise<void> {
    if (closing) return
    const next = await createGeneration(options, options.workers, () => void queueReload())
    await next.settled
    const old = current
    current = next
    restarts += old.pool.restarts
    await old.pool.close()
  }

  /** Reloads run one after the other. Two at once would leak the workers of one of them. */
  function queueReload(): Promise<void> {
    reloading = reloading.catch(() => {}).then(reload)
    return reloading
  }

  return {
    models: () => listed().map(infoOf),
    model: async (name) => infoOf(await lookup.find(name)),
    async hasRevision(name, revision) {
      const model = await lookup.find(name, revision).catch(() => null)
      return model?.revision === revision
    },
    details: () => listed().map((model) => ({ ...infoOf(model), ...toModelDetails(model) })),

    labels: async (name, revision) => labelsOf(await lookup.find(name, revision)),

    async classify(image, request, signal) {
      const start = performance.now()
      const { preview = false, embedding = false, traits = false, words, allSelected } = request
      const model =
        lookup.known(request.model, request.revision) ?? (await lookup.find(request.model, request.revision))
      if (words !== undefined) {
        const head = await texts.head(model, words, request, signal)
        const result = await run(image, model, request, { want: 'embedding', preview, traits }, signal)
        const scored = scoredByWords(result, head, limitTopK(request, words.labels.length))
        const named = { ...model, labels: words.labels }
        const full = toClassification(named, scored, request, image.byteLength, performance.now() - start)
        return embedding ? full : withoutEmbedding(full)
      }
      requireLabels(model)
      const want = limitTopK(request, classCount(model))
      const result = await run(image, model, request, { want, allSelected, preview, embedding, traits }, signal)
      return toClassification(model, result, request, image.byteLength, performance.now() - start)
    },

    async logits(image, request, signal) {
      const model =
        lookup.known(request.model, request.revision) ?? (await lookup.find(request.model, request.revision))
      const result = await run(image, model, request, { want: 'logits', preview: false }, signal)
      return result.logits ?? new Float32Array()
    },

    async signature(name) {
      const model = await lookup.find(name)
      return signatureOf(model, current.reports.get(lookup.served(model, current.reports).base.id))
    },

    async outputs(input, { embedding, ...request }, signal) {
      const start = performance.now()
      const model =
        lookup.known(request.model, request.revision) ?? (await lookup.find(request.model, request.revision))
      const result =
        'image' in input
          ? await run(input.image, model, request, { want: 'logits', preview: false, embedding }, signal)
          : { ...(await runTensor(input.tensor, model, { ...request, embedding }, signal)), decodeMs: 0 }
      const timings = timingsOf(result, performance.now() - start)
      return { logits: result.logits ?? new Float32Array(), embedding: result.embedding, timings }
    },

    async onDevice(name) {
      const served = lookup.served(await lookup.find(name), current.reports)
      return deviceModelOf(served, current.reports.get(served.base.id), options.maxPixels)
    },

    async embed(image, request, signal) {
      const start = performance.now()
      const model =
        lookup.known(request.model, request.revision) ?? (await lookup.find(request.model, request.revision))
      const result = await run(image, model, request, { want: 'embedding', preview: false }, signal)
      return toEmbedding(model, result, request, image.byteLength, performance.now() - start)
    },

    async embedText(list, request, signal) {
      const model =
        lookup.known(request.model, request.revision) ?? (await lookup.find(request.model, request.revision))
      return texts.embed(model, list, request, signal)
    },

    async explain(image, request, signal) {
      const start = performance.now()
      const found =
        lookup.known(request.model, request.revision) ?? (await lookup.find(request.model, request.revision))
      const { base } = lookup.served(found, current.reports)
      const limit = deadlineSignal(options.deadlineMs)
      const stop = signal ? AbortSignal.any([signal, limit]) : limit
      const { crop } = request
      const { model, index, words } = await explained(found, request, stop)
      const output = { want: 'pixels', preview: false, embedding: words !== null } as const
      const result = await run(image, model, { crop, priority: 'batch' }, output, stop)
      const head = workerHead(model)
      const masks = async (job: ScoredMasks) => {
        const whole = { ...job, index: words === null ? job.index : null, model: base.id, head }
        const done = await runMaskJob(base.revision, whole, stop)
        return words === null ? done : masksByWords(done, words, job.index)
      }
      const attribution = await runMasks(
        { model, result: words === null ? result : scoredByWords(result, words, 1), index, method: request.method },
        {
          masks,
          concurrency: options.workers,
          onProgress: request.onProgress,
          signal: stop,
        },
      )
      return toExplanation(model, result, attribution, { ...request, totalMs: performance.now() - start })
    },

    async parts(name) {
      const served = lookup.served(await lookup.find(name), current.reports)
      const report = current.reports.get(served.base.id)
      if (report?.input && report.output) return { ...served, input: report.input, output: report.output }
      throw new Problem('not_ready', `The model ${served.base.id} is still loading. Try again.`)
    },

    reload: queueReload,

    ready: () => !closing && isServing(current),
    settled: () => current.settled,

    stats(): EngineStats {
      const { queue, pool } = current
      return {
        queue: { photos: queue.size, limit: queue.limits.photos, bytes: queue.bytes, byteLimit: queue.limits.bytes },
        inFlight: pool.inFlight,
        workers: {
          ready: pool.readyWorkers,
          wanted: options.workers,
          restarts: restarts + pool.restarts,
          bytes: pool.bytes,
        },
      }
    },

    async close() {
      closing = true
      await reloading.catch(() => {})
      await current.pool.close()
    },

    pids: () => current.pool.pids,
    report: (id) => current.reports.get(id),
  }
}

/** What an explanation is about. */
interface Explained {
  model: Model
  /** Of the label; undefined for the best one. */
  index: number | undefined
  /** Labels in words; null for those of the model. */
  words: CosineHead | null
}

/** `top_k` is an upper bound: a model with fewer labels returns all of them, through every entry point. */
function limitTopK({ topK }: ClassifyOptions, labels: number): number {
  return Math.max(1, Math.min(topK, labels))
}
