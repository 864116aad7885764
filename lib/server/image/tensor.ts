import { fromFloat16, toFloat16 } from './float16'
import type { Preprocessor } from './preprocessor'

/** How a model wants its numbers: `nhwc` is pixel by pixel as pictures are stored, `nchw` plane by plane. */
export interface TensorFormat {
  layout: 'nhwc' | 'nchw'
  type: 'uint8' | 'float32' | 'float16'
  /** 3 colours, or 1 for a grey picture's luma. */
  channels: 1 | 3
}

/** Numbers as ONNX Runtime takes them; float16 as its bits. */
export type TensorData = Uint8Array | Float32Array | Uint16Array

type Numbers = Pick<Preprocessor, 'normalisation' | 'channels'>

const COLOURS = 3
const LEVELS = 256

/**
 * Pixels (RGB uint8, height × width × 3) as the numbers of a model's input. uint8 NHWC is the pixels themselves and
 * costs nothing. Of a grey model's pixels all three are the luma.
 */
export function toTensor(pixels: Uint8Array, format: TensorFormat, { normalisation, channels }: Numbers): TensorData {
  const ordered = format.channels === 1 ? firstChannel(pixels) : channels === 'bgr' ? swapRedBlue(pixels) : pixels
  const values = format.type === 'uint8' ? ordered : normalise(ordered, format.type, format.channels, normalisation)
  return format.layout === 'nhwc' || format.channels === 1 ? values : toPlanes(values)
}

/** The pixels that a tensor stands for: what the model saw. Inverse of `toTensor`, rounded to whole levels. */
export function fromTensor(tensor: TensorData, format: TensorFormat, { normalisation, channels }: Numbers): Uint8Array {
  const values = format.layout === 'nhwc' || format.channels === 1 ? tensor : toPixels(tensor)
  const levels =
    format.type === 'uint8' ? (values as Uint8Array) : denormalise(values, format.type, format.channels, normalisation)
  if (format.channels === 1) return repeatChannel(levels)
  return channels === 'bgr' ? swapRedBlue(levels) : levels
}

function denormalise(
  values: TensorData,
  type: 'float32' | 'float16',
  count: number,
  normalisation: Preprocessor['normalisation'],
): Uint8Array {
  const { rescale, mean, std } = normalisation ?? IDENTITY
  return Uint8Array.from(values, (value, i) => {
    const channel = i % count
    const number = type === 'float16' ? fromFloat16(value) : value
    return Math.round((number * (std[channel] ?? 1) + (mean[channel] ?? 0)) / rescale)
  })
}

/** Red and blue exchanged. */
function swapRedBlue(pixels: Uint8Array): Uint8Array {
  const out = pixels.slice()
  for (let i = 0; i < out.length; i += COLOURS) {
    out[i] = pixels[i + 2] as number
    out[i + 2] = pixels[i] as number
  }
  return out
}

function firstChannel(pixels: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: pixels.length / COLOURS }, (_, i) => pixels[COLOURS * i] as number)
}

function repeatChannel(grey: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: grey.length * COLOURS }, (_, i) => grey[Math.floor(i / COLOURS)] as number)
}

const IDENTITY = { rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] }

function normalise(
  pixels: Uint8Array,
  type: 'float32' | 'float16',
  count: number,
  normalisation: Preprocessor['normalisation'],
) {
  const out = type === 'float32' ? new Float32Array(pixels.length) : new Uint16Array(pixels.length)
  for (let channel = 0; channel < count; channel++) {
    const values = lookupTable(channel, normalisation)
    const encoded = type === 'float32' ? values : Uint16Array.from(values, toFloat16)
    for (let i = channel; i < pixels.length; i += count) out[i] = encoded[pixels[i] as number] as number
  }
  return out
}

/** A channel has 256 values: look them up instead of computing each. */
function lookupTable(channel: number, normalisation: Preprocessor['normalisation']): Float32Array {
  const { rescale, mean, std } = normalisation ?? IDENTITY
  return Float32Array.from({ length: LEVELS }, (_, p) => (p * rescale - (mean[channel] ?? 0)) / (std[channel] ?? 1))
}

function toPlanes<T extends TensorData>(interleaved: T): T {
  const planes = interleaved.slice() as T
  const area = interleaved.length / COLOURS
  for (let channel = 0; channel < COLOURS; channel++) {
    for (let i = 0; i < area; i++) planes[channel * area + i] = interleaved[COLOURS * i + channel] as number
  }
  return planes
}

function toPixels<T extends TensorData>(planes: T): T {
  const interleaved = planes.slice() as T
  const area = planes.length / COLOURS
  for (let channel = 0; channel < COLOURS; channel++) {
    for (let i = 0; i < area; i++) interleaved[COLOURS * i + channel] = planes[channel * area + i] as number
  }
  return interleaved
}
