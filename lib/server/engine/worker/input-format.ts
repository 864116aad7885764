import type { InferenceSession } from 'onnxruntime-node'
import type { Size } from '@/lib/shared/image/geometry'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import type { TensorData, TensorFormat } from '@/lib/shared/image/tensor'

/** A model's input: the values of one image in a layout, repeated if the batch size is fixed. */
export interface InputFormat extends TensorFormat {
  name: string
  width: number
  height: number
  dims: number[]
  /** Repeats one image's values to fill the batch. */
  fill(tensor: TensorData): TensorData
}

const TYPES = ['uint8', 'float32', 'float16'] as const

/**
 * Determines a model's input format from the graph metadata. Sizes that the graph leaves open come from the
 * preprocessor.
 *
 * @throws Error with a one-line reason if this is not an image input
 */
export function inputFormat(
  metadata: readonly InferenceSession.ValueMetadata[],
  preprocessor: Pick<Preprocessor, 'resize' | 'crop'>,
): InputFormat {
  const [input, ...others] = metadata
  if (input === undefined || others.length > 0) throw new Error(`the model has ${metadata.length} inputs, not 1`)
  const type = input.isTensor ? TYPES.find((known) => known === input.type) : undefined
  if (!input.isTensor || type === undefined) {
    throw new Error(`the input ${input.name} is not a tensor of ${TYPES.join(', ')}`)
  }
  const shape = input.shape.map((dimension) => (typeof dimension === 'number' && dimension > 0 ? dimension : null))
  const subject = `the input ${input.name} has the shape [${input.shape.join(', ')}]`
  if (shape.length !== 4) throw new Error(`${subject}, which is not the shape of an image`)
  const layout = layoutOf(shape)
  if (layout === null) throw new Error(`${subject}, in which no dimension has 3 channels (color) or 1 channel (gray)`)
  const channels = (layout === 'nhwc' ? shape[3] : shape[1]) === 1 ? 1 : 3
  const { width, height } = inputSize(layout === 'nhwc' ? shape.slice(1, 3) : shape.slice(2, 4), preprocessor, subject)
  const batch = shape[0] ?? 1
  const dims = layout === 'nhwc' ? [batch, height, width, channels] : [batch, channels, height, width]
  return { name: input.name, type, layout, channels, width, height, dims, fill: (tensor) => repeat(tensor, batch) }
}

/** Height and width from the graph, or from the preprocessor where the graph leaves them open. They must agree. */
function inputSize(
  [height, width]: (number | null)[],
  preprocessor: Pick<Preprocessor, 'resize' | 'crop'>,
  subject: string,
): Size {
  const prepared = preparedSize(preprocessor)
  const size = { width: width ?? prepared?.width, height: height ?? prepared?.height }
  if (!size.width || !size.height) {
    throw new Error(
      `${subject}, and preprocessor_config.json produces images of different sizes: add "do_center_crop": true with "crop_size": n, or set "size": {"height": n, "width": n}`,
    )
  }
  if (prepared) requireSize(prepared, { width: size.width, height: size.height })
  return { width: size.width, height: size.height }
}

/**
 * Checks that preprocessing produces the size that the model expects.
 *
 * @param source the image that was prepared; any if empty
 * @throws Error stating what to set
 */
export function requireSize(prepared: Size, { width, height }: Size, source = ''): void {
  if (prepared.width === width && prepared.height === height) return
  const hint =
    width === height
      ? `"do_center_crop": true with "crop_size": ${width}, or "size": {"height": ${height}, "width": ${width}}`
      : `"size": {"height": ${height}, "width": ${width}}`
  throw new Error(
    `preprocessor_config.json produces ${prepared.width} × ${prepared.height} pixels${source}, but the model expects ${width} × ${height}: set ${hint}`,
  )
}

/**
 * Channels first if the graph does not say, because exporters write that. Color is preferred over gray, because a
 * dimension of 1 may mean anything.
 */
function layoutOf([, a, , c]: (number | null | undefined)[]): TensorFormat['layout'] | null {
  if (a === 3) return 'nchw'
  if (c === 3) return 'nhwc'
  if (a === 1) return 'nchw'
  if (c === 1) return 'nhwc'
  return a === null ? 'nchw' : null
}

/** The output size of the preprocessor, if it is the same for every image. */
function preparedSize({ resize, crop }: Pick<Preprocessor, 'resize' | 'crop'>) {
  if (crop) return crop
  return resize && 'width' in resize ? resize : null
}

function repeat(tensor: TensorData, times: number): TensorData {
  if (times === 1) return tensor
  const batch = new (tensor.constructor as new (length: number) => TensorData)(times * tensor.length)
  for (let i = 0; i < times; i++) batch.set(tensor, i * tensor.length)
  return batch
}
