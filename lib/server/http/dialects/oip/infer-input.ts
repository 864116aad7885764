import { Problem } from '@/lib/shared/problems/problem'
import type { GraphInput, GraphSignature } from '../../../engine/types'
import type { PhotoRuns } from '../runs'
import type { InferRequest } from './infer-request'
import { bytesOfNumbers, DATATYPES, elementsOf, flat, rowsOf, sizeOf } from './tensors'

/** The most images in one request. They run one after another, so that one client can't fill the queue. */
export const MAX_BATCH = 64
/** The input for photos as files, beside the graph's own. */
export const ENCODED_IMAGE = 'encoded_image'

/**
 * The images of a request: photos as files in `encoded_image`, or the tensor that the graph takes.
 *
 * @throws Problem `invalid_parameter`, and what reading a photo throws
 */
export async function imagesOf(
  runs: Pick<PhotoRuns, 'photo'>,
  { input }: InferRequest,
  signature: GraphSignature,
): Promise<GraphInput[]> {
  const images = input.name === '' ? rawImage(input, signature) : await namedImages(runs, input, signature)
  if (images.length >= 1 && images.length <= MAX_BATCH) return images
  throw new Problem('invalid_parameter', `The input has ${images.length} images. Send 1 to ${MAX_BATCH}.`)
}

type Input = InferRequest['input']

/** A body that is only bytes: the graph's tensor if it has its length, else a photo. */
function rawImage({ data }: Input, { input }: GraphSignature): GraphInput[] {
  const bytes = 'bytes' in data ? data.bytes : new Uint8Array()
  const perValue = { uint8: 1, float16: 2, float32: 4 }[input.type]
  return [bytes.byteLength === perValue * sizeOf(input.shape) ? { tensor: bytes } : { image: bytes }]
}

async function namedImages(
  runs: Pick<PhotoRuns, 'photo'>,
  given: Input,
  signature: GraphSignature,
): Promise<GraphInput[]> {
  const { input, model } = signature
  if (given.name === ENCODED_IMAGE && input.name !== ENCODED_IMAGE) return encodedImages(runs, given)
  if (given.name !== input.name) {
    const name = JSON.stringify(given.name.slice(0, 60))
    throw new Problem(
      'invalid_parameter',
      `${model.id} has the inputs ${input.name} and ${ENCODED_IMAGE}, not ${name}.`,
    )
  }
  const datatype = DATATYPES[input.type]
  const [batch = 0, ...shape] = given.shape
  if (given.datatype !== datatype || String(shape) !== String(input.shape)) {
    const expected = `${datatype} [-1, ${input.shape.join(', ')}]`
    const detail = `${input.name} is ${expected}, not ${given.datatype.slice(0, 20)} [${given.shape.join(', ')}].`
    throw new Problem('invalid_parameter', detail)
  }
  const bytes = 'bytes' in given.data ? given.data.bytes : bytesOfNumbers(given.data.values, datatype)
  return rowsOf(bytes, datatype, [batch, ...shape]).map((tensor) => ({ tensor }))
}

async function encodedImages(runs: Pick<PhotoRuns, 'photo'>, { data, datatype, shape }: Input): Promise<GraphInput[]> {
  if (datatype !== 'BYTES')
    throw new Problem('invalid_parameter', `${ENCODED_IMAGE} is BYTES, not ${datatype.slice(0, 20)}.`)
  const elements = 'bytes' in data ? elementsOf(data.bytes) : flat(data.values)
  if (elements.length !== sizeOf(shape)) {
    const detail = `${ENCODED_IMAGE} has ${elements.length} elements, and the shape [${shape.join(', ')}].`
    throw new Problem('invalid_parameter', detail)
  }
  if (elements.length > MAX_BATCH) return elements.map(() => ({ image: new Uint8Array() }))
  const images: GraphInput[] = []
  for (const element of elements) {
    if (typeof element !== 'string' && !(element instanceof Uint8Array))
      throw new Problem('invalid_parameter', `${ENCODED_IMAGE} has an element that isn’t a text. Send base64.`)
    images.push({ image: typeof element === 'string' ? await runs.photo(element) : element })
  }
  return images
}
