import type { Tensor } from 'onnxruntime-node'
import { averageOverSpace, notFinite, readEmbedding } from '@/lib/shared/inference/read-embedding'
import type { EmbeddingSource } from './find-embedding'
import { firstRow, widthOf } from './output-reader'

export interface EmbeddingReader {
  /** Name of the output. */
  tensor: string
  /** Whether it may have a position per pixel, to be averaged. */
  spatial: boolean
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
  source: Pick<EmbeddingSource, 'tensor' | 'spatial'> | string,
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
  if (!tensors.some((each) => averageOverSpace(firstRow(each, width), dimensions).every(Number.isFinite)))
    return 'the input of its last layer is NaN or infinite'
  return {
    tensor,
    spatial,
    dimensions,
    read(output) {
      if (widthOf(output) !== width) throw notFinite()
      return readEmbedding(firstRow(output, width), dimensions)
    },
  }
}
