import type { Preprocessor } from './preprocessor'

/** How a model wants its numbers: `nhwc` is pixel by pixel as pictures are stored, `nchw` plane by plane. */
export interface TensorFormat {
  layout: 'nhwc' | 'nchw'
  type: 'uint8' | 'float32'
}

/**
 * Pixels (RGB uint8, height × width × 3) as the numbers of a model's input. uint8 NHWC without normalisation is
 * the pixels themselves and costs nothing.
 */
export function toTensor(
  pixels: Uint8Array,
  format: TensorFormat,
  normalisation: Preprocessor['normalisation'],
): Uint8Array | Float32Array {
  const plain = format.type === 'uint8' ? pixels : normalise(pixels, normalisation)
  return format.layout === 'nhwc' ? plain : toPlanes(plain)
}

function normalise(pixels: Uint8Array, normalisation: Preprocessor['normalisation']): Float32Array {
  const tables = [0, 1, 2].map((channel) => table(channel, normalisation))
  const out = new Float32Array(pixels.length)
  for (let channel = 0; channel < 3; channel++) {
    const values = tables[channel] as Float32Array
    for (let i = channel; i < pixels.length; i += 3) out[i] = values[pixels[i] as number] as number
  }
  return out
}

/** A channel has 256 values: look them up instead of computing each. */
function table(channel: number, normalisation: Preprocessor['normalisation']): Float32Array {
  const { rescale, mean, std } = normalisation ?? { rescale: 1, mean: [0], std: [1] }
  return Float32Array.from({ length: 256 }, (_, p) => (p * rescale - (mean[channel] ?? 0)) / (std[channel] ?? 1))
}

function toPlanes<T extends Uint8Array | Float32Array>(interleaved: T): T {
  const area = interleaved.length / 3
  const planes = new (interleaved.constructor as new (length: number) => T)(interleaved.length)
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < area; i++) planes[channel * area + i] = interleaved[3 * i + channel] as number
  }
  return planes
}
