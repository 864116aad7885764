import type { Tensor } from 'onnxruntime-node'
import { Problem } from '@/lib/shared/problems/problem'
import type { EmbeddingSource } from './find-embedding'
import { firstRow, widthOf } from './output-reader'

export interface EmbeddingReader {
  /** Name of the output. */
  tensor: string
  dimensions: number
  /**
   * Reads the first image's embedding [dimensions]. The average over space, if it has a position per pixel.
   *
   * @throws Problem `model_failed` if it isn't finite
   */
  read(output: Tensor): Float32Array
}

const TYPES = new Set(['float32', 'float16', 'float64'])
/** More values are the pixels of the photo, or features for each of its regions, rather than an embedding. */
const MAX_DIMENSIONS = 16_384

/**
 * Creates the function that reads a model's embedding.
 *
 * @param source the tensor, or why there is none
 * @param probes results for different images
 * @returns in one line why there is none or it isn't an embedding, otherwise
 */
export function embeddingReader(
  source: EmbeddingSource | string,
  probes: readonly Readonly<Record<string, Tensor>>[],
): EmbeddingReader | string {
  if (typeof source === 'string') return source
  const { tensor, spatial } = source
  const tensors = probes.flatMap((probe) => probe[tensor] ?? [])
  const [probe] = tensors
  if (probe === undefined || !TYPES.has(probe.type)) return `the input of its last layer is ${probe?.type ?? 'unknown'}`
  const width = widthOf(probe)
  const sides = probe.dims.length > 1 ? probe.dims.slice(1) : probe.dims
  const dimensions = spatial ? (sides[0] ?? 0) : width
  const shape = `the input of its last layer has the shape [${probe.dims.join(', ')}]`
  if (!spatial && sides.filter((side) => side > 1).length > 1) return `${shape}, which is more than one vector`
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) return `${shape}, which is too large for an embedding`
  const read = (output: Tensor) => averageOverSpace(firstRow(output, width), dimensions)
  if (!tensors.some((each) => allFinite(read(each)))) return 'the input of its last layer is NaN or infinite'
  return {
    tensor,
    dimensions,
    read(output) {
      const embedding = read(output)
      if (widthOf(output) === width && allFinite(embedding)) return embedding
      throw new Problem('model_failed', 'The model returned an embedding with NaN or infinite values for this photo.')
    },
  }
}

function allFinite(values: Float32Array): boolean {
  return values.every(Number.isFinite)
}

/** Averages features [dimensions × area], channels first, to [dimensions]. */
function averageOverSpace(features: Float32Array, dimensions: number): Float32Array {
  const area = features.length / dimensions
  if (area === 1) return features
  return Float32Array.from({ length: dimensions }, (_, channel) => {
    let sum = 0
    for (let i = channel * area; i < (channel + 1) * area; i++) sum += features[i] ?? 0
    return sum / area
  })
}
