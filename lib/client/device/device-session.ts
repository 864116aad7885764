import type Vips from 'wasm-vips'
import type { Classification, Preview } from '@/lib/shared/contract/contract'
import type { DeviceModel } from '@/lib/shared/contract/device'
import type { Area } from '@/lib/shared/crop/crop'
import { fromBase64 } from '@/lib/shared/files/base64'
import { inputArea, plan, planBox } from '@/lib/shared/image/geometry'
import { modelInput, requireWithin } from '@/lib/shared/image/model-input'
import type { Plan } from '@/lib/shared/image/reduction'
import { fromTensor, type TensorData, toTensor } from '@/lib/shared/image/tensor'
import { interpretLogits } from '@/lib/shared/inference/interpret'
import { activate } from '@/lib/shared/metrics/activation'
import { isSelected } from '@/lib/shared/metrics/multi-label'
import { type ReadyHead, readHead } from '@/lib/shared/training/folder/read-head'
import type { HeadScores } from '@/lib/shared/training/head'
import { GraphOutputs } from './graph-outputs'
import { closeGraph, openGraph } from './graph-sessions'
import { openPhoto } from './open-photo'
import { pngUrl } from './png-url'
import type { PhotoEmbedding } from './protocol'

/** The part of a photo to classify, and how many predictions are wanted. */
export interface ClassifyOptions {
  topK: number
  crop: Area | null
  /** Whether there are more of them if more labels apply, of a multi-label model. By default, there are. */
  allSelected?: boolean
}

/** A model that runs in this browser. */
export class DeviceSession {
  private constructor(
    readonly spec: DeviceModel,
    private readonly outputs: GraphOutputs,
    private readonly head: ReadyHead | null,
    private readonly vips: typeof Vips,
  ) {}

  /**
   * @param load loads the model's ONNX file, unless a model with the same one is open
   * @throws what `load` throws; Problem `not_ready` if ONNX Runtime or this code can't use the files
   */
  static async open(
    spec: DeviceModel,
    load: () => Promise<Uint8Array<ArrayBuffer>>,
    vips: Promise<typeof Vips>,
  ): Promise<DeviceSession> {
    const head = spec.head && readHead(spec.head.kind, fromBase64(spec.head.file), spec.labels.length)
    const outputs = new GraphOutputs(spec, await openGraph(spec, load))
    return new DeviceSession(spec, outputs, head, await vips)
  }

  /** The model's name in results. */
  get model(): DeviceModel['model'] {
    return this.spec.model
  }

  /**
   * Classifies a photo as the server does.
   *
   * @throws Problem with the server's code and detail
   */
  async classify(
    bytes: Uint8Array<ArrayBuffer>,
    { topK, crop, allSelected = true }: ClassifyOptions,
  ): Promise<Classification> {
    const start = performance.now()
    const { spec } = this
    const { pixels, source, area } = await this.prepare(bytes, crop)
    const decoded = performance.now()
    const { logits, likeness } = await this.score(toTensor(pixels, spec.input, spec.preprocessor))
    const count = Math.min(topK, spec.labels.length)
    const { top, uncertain } = interpretLogits(logits, { count, allSelected }, spec, likeness)
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
    const { logits } = await this.score(toTensor(pixels, input, preprocessor))
    return activate(logits, temperature, activation)
  }

  /**
   * The embedding of a photo, as `POST /api/embed?kinds=1` of the server returns it.
   *
   * @throws Problem as `classify`
   */
  async embed(bytes: Uint8Array<ArrayBuffer>, crop: Area | null): Promise<PhotoEmbedding> {
    const { input, preprocessor, model } = this.spec
    const { pixels, source, area } = await this.prepare(bytes, crop)
    const features = await this.outputs.features(toTensor(pixels, input, preprocessor))
    return { ...features, revision: model.revision, area, image: { ...source, bytes: bytes.byteLength } }
  }

  /** Releases its memory. No run may be in progress. */
  close(): Promise<void> {
    return closeGraph(this.spec)
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

  /** @returns logits [classes], and how like the examples of a custom model the photo is, if that is known */
  private async score(tensor: TensorData): Promise<HeadScores> {
    const { head, outputs, spec } = this
    if (head && head.kind !== 'groups') return head.score(await outputs.features(tensor))
    const logits = await outputs.logits(tensor)
    return { logits: head ? head.group(logits, spec.head?.baseTemperature ?? 1) : logits, likeness: null }
  }
}
