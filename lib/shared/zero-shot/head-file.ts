import * as z from 'zod'
import { ACTIVATIONS } from '../metrics/activation'
import { Problem } from '../problems/problem'
import { float32Tensor, readSafetensors } from '../safetensors/read'
import { type NewTensor, writeSafetensors } from '../safetensors/write'
import type { CosineHead } from './similarity'

const similaritySchema = z.object({ scale: z.number().positive(), bias: z.number(), activation: z.enum(ACTIVATIONS) })

/** The file of a head from words: `weight` [labels × dimensions], and the similarity in the metadata. */
export function writeCosineHead({ dimensions, weights, scale, bias, activation }: CosineHead): Uint8Array {
  const weight: NewTensor = { dtype: 'F32', shape: [weights.length / dimensions, dimensions], values: weights }
  const metadata = new Map([['similarity', JSON.stringify({ scale, bias, activation })]])
  return writeSafetensors(new Map([['weight', weight]]), metadata)
}

/**
 * Reads the file of a head from words.
 *
 * @throws Problem `invalid_parameter`
 */
export function readCosineHead(file: Uint8Array, labels: number): CosineHead {
  const content = readSafetensors(file)
  const dimensions = content.tensors.get('weight')?.shape[1] ?? 0
  const weights = float32Tensor(content, 'weight', [labels, dimensions])
  if (!weights.every(Number.isFinite))
    throw new Problem('invalid_parameter', 'The tensor "weight" has NaN or infinite values.')
  return { dimensions, weights, ...parseSimilarity(content.metadata.get('similarity') ?? '') }
}

function parseSimilarity(text: string) {
  try {
    return similaritySchema.parse(JSON.parse(text))
  } catch {
    throw new Problem('invalid_parameter', 'The metadata "similarity" is not valid.')
  }
}
