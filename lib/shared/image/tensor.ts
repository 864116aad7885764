import { fromFloat16, toFloat16 } from './float16'
import type { Preprocessor } from './preprocessor'

/** A model's tensor format: `nhwc` interleaves the channels, `nchw` stores one plane per channel. */
export interface TensorFormat {
  layout: 'nhwc' | 'nchw'
  type: 'uint8' | 'float32' | 'float16'
  /** 3 for color, or 1 for grayscale. */
  channels: 1 | 3
}

/** Values as ONNX Runtime takes them; float16 as bits. */
export type TensorData = Uint8Array | Float32Array | Uint16Array

type Numbers = Pick<Preprocessor, 'normalisation' | 'channels'>

const COLOURS = 3
const LEVELS = 256

/**
 * Converts pixels (RGB uint8, height × width × 3) to a model's input. uint8 NHWC returns the pixels themselves at no
 * cost. For a grayscale model, all three values of a pixel are the luma.
 */
export function toTensor(pixels: Uint8Array, format: TensorFormat, { normalisation, channels }: Numbers): TensorData {
  const ordered = format.channels === 1 ? firstChannel(pixels) : channels === 'bgr' ? swapRedBlue(pixels) : pixels
  const values = format.type === 'uint8' ? ordered : normalise(ordered, format.type, format.channels, normalisation)
  return format.layout === 'nhwc' || format.channels === 1 ? values : toPlanes(values)
}

/**
 * Recovers the pixels from a tensor: the image as the model receives it. Inverse of `toTensor`, rounded to whole
 * levels.
 */
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

/** Swaps red and blue. */
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

/** A channel has only 256 values, so they are looked up instead of computed one by one. */
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
