import { InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import type Vips from 'wasm-vips'
import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { DeviceModel } from '@/lib/shared/contract/device'
import type { Area } from '@/lib/shared/crop/crop'
import { fromFloat16 } from '@/lib/shared/image/float16'
import { inputArea, plan, planBox } from '@/lib/shared/image/geometry'
import { modelInput, requireWithin } from '@/lib/shared/image/model-input'
import type { Plan } from '@/lib/shared/image/reduction'
import { fromTensor, type TensorData, toTensor } from '@/lib/shared/image/tensor'
import { interpretLogits } from '@/lib/shared/inference/interpret'
import { readLogits } from '@/lib/shared/inference/read-logits'
import { activate } from '@/lib/shared/metrics/activation'
import { isSelected } from '@/lib/shared/metrics/multi-label'
import { Problem } from '@/lib/shared/problems/problem'
import { NotStarted } from './failures'
import { openPhoto } from './open-photo'
import { pngUrl } from './png-url'

/** The part of a photo to classify, and how many predictions are wanted. */
export interface ClassifyOptions {
  topK: number
  crop: Area | null
}

/** A model that runs in this browser. */
export class DeviceSession {
  private constructor(
    readonly spec: DeviceModel,
    private readonly session: InferenceSession,
    private readonly vips: typeof Vips,
  ) {}

  /**
   * @param graph the model's ONNX file
   * @throws NotStarted; Problem `not_ready` if ONNX Runtime can't load it
   */
  static async open(spec: DeviceModel, graph: Uint8Array, vips: typeof Vips): Promise<DeviceSession> {
    try {
      const session = await InferenceSession.create(graph, {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
      })
      return new DeviceSession(spec, session, vips)
    } catch (error) {
      if (isNotStarted(error)) throw new NotStarted('ONNX Runtime', { cause: error })
      const detail = `The model ${spec.model.id} is unavailable: this browser can’t load it.`
      throw new Problem('not_ready', detail, { cause: error })
    }
  }

  /**
   * Classifies a photo as the server does.
   *
   * @throws Problem with the server's code and detail
   */
  async classify(bytes: Uint8Array<ArrayBuffer>, { topK, crop }: ClassifyOptions): Promise<Classification> {
    const start = performance.now()
    const { spec } = this
    const { pixels, source, area } = await this.prepare(bytes, crop)
    const decoded = performance.now()
    const logits = await this.run(toTensor(pixels, spec.input, spec.preprocessor))
    const { top, uncertain } = interpretLogits(
      logits,
      { count: Math.min(topK, spec.labels.length), allSelected: true },
      spec,
    )
    const end = performance.now()
    return {
      request_id: '',
      model: spec.model,
      predictions: top.map(({ index, score }) => {
        const { label = String(index), ...names } = spec.labels[index] ?? {}
        const { multiLabel } = spec
        return {
          label,
          score,
          index,
          ...(multiLabel ? { selected: isSelected(score, index, multiLabel) } : {}),
          ...names,
        }
      }),
      uncertain: uncertain !== null,
      uncertain_reason: uncertain,
      image: { ...source, bytes: bytes.byteLength },
      area,
      timings: { queue_ms: 0, decode_ms: decoded - start, run_ms: end - decoded, total_ms: end - start },
    }
  }

  /**
   * The model input of a photo as an image, from the tensor itself so that the two cannot differ.
   *
   * @throws Problem as `classify`
   */
  async preview(bytes: Uint8Array<ArrayBuffer>, crop: Area | null): Promise<Preview> {
    const { input, preprocessor } = this.spec
    const { pixels, geometry, orientation } = await this.prepare(bytes, crop)
    const seen = fromTensor(toTensor(pixels, input, preprocessor), input, preprocessor)
    const { width, height } = input
    const { interpolation } = preprocessor
    const image = await pngUrl(seen, { width, height })
    return { image, width, height, orientation, resize: geometry.target, crop: geometry.crop, interpolation }
  }

  /**
   * The scores [classes] of pixels that were prepared for the model.
   *
   * @param pixels RGB uint8 [height × width × 3]
   * @throws Problem `model_failed`
   */
  async scores(pixels: Uint8Array): Promise<Float64Array> {
    const { input, preprocessor, temperature, activation } = this.spec
    return activate(await this.run(toTensor(pixels, input, preprocessor)), temperature, activation)
  }

  /** Releases its memory. No run may be in progress. */
  close(): Promise<void> {
    return this.session.release()
  }

  /**
   * The pixels that the model receives (RGB uint8 [height × width × 3]), and the area of the photo that they show.
   *
   * @throws Problem as `classify`
   */
  async prepare(bytes: Uint8Array<ArrayBuffer>, crop: Area | null) {
    const { preprocessor, input, max_pixels } = this.spec
    const planFor: Plan = (size) => (crop ? planBox(crop, input) : plan(size, preprocessor))
    const { picture, source, orientation } = await openPhoto(this.vips, bytes, max_pixels, planFor)
    if (crop) requireWithin(source, crop)
    const geometry = planFor(source)
    const pixels = modelInput(picture, source, geometry, preprocessor)
    return { pixels, source, geometry, orientation, area: inputArea(source, geometry) }
  }

  /** @returns logits [classes] */
  private async run(tensor: TensorData): Promise<Float32Array> {
    const { input, output, labels } = this.spec
    const { batch, width, height, channels, layout } = input
    const dims = layout === 'nhwc' ? [batch, height, width, channels] : [batch, channels, height, width]
    const feed = new Tensor(input.type, filled(tensor, batch) as Float32Array, dims)
    try {
      const results = await this.session.run({ [input.name]: feed }, [output.name])
      const result = results[output.name] as Tensor
      const row = firstRow(result, output.scores.startsWith('binary') ? 1 : labels.length)
      result.dispose()
      return readLogits(output.scores, row)
    } catch (error) {
      // A trap of WebAssembly isn't about this photo.
      if (error instanceof Problem || error instanceof WebAssembly.RuntimeError) throw error
      throw new Problem('model_failed', 'The model failed on this photo.', { cause: error })
    }
  }
}

/** Repeats one photo's values for a graph with a fixed batch size. */
function filled(tensor: TensorData, batch: number): TensorData {
  if (batch === 1) return tensor
  const all = new (tensor.constructor as new (length: number) => TensorData)(batch * tensor.length)
  for (let i = 0; i < batch; i++) all.set(tensor, i * tensor.length)
  return all
}

/** The first photo's values as float32. Newer browsers get float16 as numbers, older ones as bits. */
function firstRow({ data }: Tensor, width: number): Float32Array {
  const row = (data as Float32Array | Float64Array | Uint16Array).slice(0, width)
  if (row instanceof Float32Array) return row
  return Float32Array.from(row, row instanceof Uint16Array ? fromFloat16 : Number)
}

/** Whether ONNX Runtime didn't start: its files didn't arrive, or there was no memory for it. */
function isNotStarted(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no available backend found')
}
