import { type InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { fromFloat16 } from '@/lib/shared/image/float16'
import type { TensorData } from '@/lib/shared/image/tensor'
import { kindScores } from '@/lib/shared/inference/kind-scores'
import { readEmbedding } from '@/lib/shared/inference/read-embedding'
import { readLogits } from '@/lib/shared/inference/read-logits'
import { Problem } from '@/lib/shared/problems/problem'

/** Runs a model's graph on prepared photos, one at a time. */
export class GraphOutputs {
  constructor(
    private readonly spec: DeviceModel,
    private readonly session: InferenceSession,
  ) {}

  /** @returns the graph's own logits [classes] */
  async logits(tensor: TensorData): Promise<Float32Array> {
    const { name } = this.spec.output
    return this.readLogits(await this.run(tensor, [name]))
  }

  /**
   * The embedding [dimensions], and the scores of kinds [kinds] if the model knows any, in one run.
   *
   * @throws Problem `invalid_parameter` if the model has no embedding
   */
  async features(tensor: TensorData): Promise<{ embedding: Float32Array; kinds: Float32Array | null }> {
    const { embedding: source, kinds, output, model } = this.spec
    if (source === null) throw new Problem('invalid_parameter', `The model ${model.id} has no embedding.`)
    const rows = await this.run(tensor, kinds ? [output.name, source.name] : [source.name])
    const embedding = readEmbedding(rows.get(source.name) ?? new Float32Array(), source.dimensions)
    return { embedding, kinds: kinds && kindScores(this.readLogits(rows), kinds) }
  }

  private readLogits(rows: ReadonlyMap<string, Float32Array>): Float32Array {
    const { name, scores } = this.spec.output
    return readLogits(scores, rows.get(name) ?? new Float32Array())
  }

  /** @returns the photo's values of each output, by name */
  private async run(tensor: TensorData, names: readonly string[]): Promise<Map<string, Float32Array>> {
    const { batch, width, height, channels, layout, type, name } = this.spec.input
    const dims = layout === 'nhwc' ? [batch, height, width, channels] : [batch, channels, height, width]
    const feed = new Tensor(type, filled(tensor, batch) as Float32Array, dims)
    try {
      const results = await this.session.run({ [name]: feed }, names)
      return new Map(
        Object.entries(results).map(([output, result]) => {
          const row = firstRow(result as Tensor)
          result.dispose()
          return [output, row]
        }),
      )
    } catch (error) {
      // A trap of WebAssembly isn't about this photo.
      if (error instanceof WebAssembly.RuntimeError) throw error
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
function firstRow({ data, dims, size }: Tensor): Float32Array {
  const width = dims.length > 1 ? size / (dims[0] || 1) : size
  const row = (data as Float32Array | Float64Array | Uint16Array).slice(0, width)
  if (row instanceof Float32Array) return row
  return Float32Array.from(row, row instanceof Uint16Array ? fromFloat16 : Number)
}
