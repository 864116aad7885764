import { z } from 'zod'
import { ACTIVATIONS } from '../metrics/activation'
import { Problem } from '../problems/problem'
import { float32Tensor, readSafetensors } from '../safetensors/read'
import { type NewTensor, writeSafetensors } from '../safetensors/write'
import type { CosineHead } from './similarity'

const similaritySchema = z.object({ scale: z.number().positive(), bias: z.number(), activation: z.enum(ACTIVATIONS) })

/** A head made from words, and from photos if there are any. */
export interface WordHead extends CosineHead {
  /** The embeddings of the words alone [labels × dimensions], rows of length 1: photos can be added later. */
  words: Float32Array
}

/** The file of a head from words: `weight` and `words` [labels × dimensions], and the similarity in the metadata. */
export function writeCosineHead({ dimensions, weights, words, scale, bias, activation }: WordHead): Uint8Array {
  const shape = [weights.length / dimensions, dimensions]
  const tensors = new Map<string, NewTensor>([
    ['weight', { dtype: 'F32', shape, values: weights }],
    ['words', { dtype: 'F32', shape, values: words }],
  ])
  return writeSafetensors(tensors, new Map([['similarity', JSON.stringify({ scale, bias, activation })]]))
}

/**
 * Reads the file of a head from words.
 *
 * @throws Problem `invalid_parameter`
 */
export function readCosineHead(file: Uint8Array, labels: number): WordHead {
  const content = readSafetensors(file)
  const dimensions = content.tensors.get('weight')?.shape[1] ?? 0
  const [weights, words] = ['weight', 'words'].map((name) => float32Tensor(content, name, [labels, dimensions]))
  if (!weights?.every(Number.isFinite) || !words?.every(Number.isFinite))
    throw new Problem('invalid_parameter', 'The head has NaN or infinite values.')
  return { dimensions, weights, words, ...parseSimilarity(content.metadata.get('similarity') ?? '') }
}

function parseSimilarity(text: string) {
  try {
    return similaritySchema.parse(JSON.parse(text))
  } catch {
    throw new Problem('invalid_parameter', 'The metadata "similarity" is not valid.')
  }
}
