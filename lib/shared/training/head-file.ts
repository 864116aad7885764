import * as z from 'zod'
import { Problem } from '../problems/problem'
import { float32Tensor, readSafetensors } from '../safetensors/read'
import { type NewTensor, writeSafetensors } from '../safetensors/write'
import type { Head } from './head'
import { int32Tensor } from './int32-tensor'

/** The part of a head that is in `head.safetensors`; the rest is in `config.json`. */
export type HeadWeights = Pick<Head, 'dimensions' | 'kinds' | 'weights' | 'bias' | 'likeness'>

const usual = z.object({ mean: z.number(), deviation: z.number().positive() })
const ruleSchema = z.object({ separation: usual.nullable(), distance: usual, below: z.number() })

/**
 * The file of a linear head: `weight` [labels × features], `bias` [labels], and `center` [features], where features are
 * the dimensions of the embedding and then, as many as the metadata says, the kinds.
 */
export function writeLinearHead({ dimensions, kinds, weights, bias, likeness }: HeadWeights): Uint8Array {
  const features = dimensions + kinds
  const shape = [bias.length, features]
  const metadata = new Map([['kinds', String(kinds)]])
  const tensors = new Map<string, NewTensor>([
    ['weight', { dtype: 'F32', shape, values: weights }],
    ['bias', { dtype: 'F32', shape: [bias.length], values: bias }],
  ])
  if (likeness === null) return writeSafetensors(tensors, metadata)
  tensors.set('center', { dtype: 'F32', shape: [features], values: likeness.center })
  return writeSafetensors(tensors, metadata.set('likeness', JSON.stringify(likeness.rule)))
}

/**
 * Reads the file of a linear head.
 *
 * @throws Problem `invalid_parameter`
 */
export function readLinearHead(file: Uint8Array, labels: number): HeadWeights {
  const content = readSafetensors(file)
  const features = content.tensors.get('weight')?.shape[1] ?? 0
  const kinds = parseKinds(content.metadata.get('kinds'), features)
  const dimensions = features - kinds
  const shape = [labels, features]
  const weights = finite('weight', float32Tensor(content, 'weight', shape))
  const bias = finite('bias', float32Tensor(content, 'bias', [labels]))
  const rule = content.metadata.get('likeness')
  if (rule === undefined) return { dimensions, kinds, weights, bias, likeness: null }
  const center = finite('center', float32Tensor(content, 'center', [features]))
  return { dimensions, kinds, weights, bias, likeness: { center, rule: parseRule(rule) } }
}

/** The file of a head that groups labels: `groups` has the group of each label of the base model. */
export function writeGroupsHead(groups: Int32Array): Uint8Array {
  return writeSafetensors(new Map([['groups', { dtype: 'I32', shape: [groups.length], values: groups }]]))
}

/**
 * Reads the file of a head that groups labels.
 *
 * @param count of groups
 * @throws Problem `invalid_parameter`
 */
export function readGroupsHead(file: Uint8Array, count: number): Int32Array {
  const groups = int32Tensor(readSafetensors(file), 'groups')
  if (groups.every((group) => group >= 0 && group < count)) return groups
  throw invalid('The tensor "groups" names a group that does not exist.')
}

/** Heads of earlier versions don't use kinds, and don't say so. */
function parseKinds(text: string | undefined, features: number): number {
  if (text === undefined) return 0
  const kinds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (kinds < features) return kinds
  throw invalid('The metadata "kinds" is not valid.')
}

function parseRule(text: string) {
  try {
    return ruleSchema.parse(JSON.parse(text))
  } catch {
    throw invalid('The metadata "likeness" is not valid.')
  }
}

function finite(name: string, values: Float32Array): Float32Array {
  if (values.every(Number.isFinite)) return values
  throw invalid(`The tensor "${name}" has NaN or infinite values.`)
}

function invalid(detail: string): Problem {
  return new Problem('invalid_parameter', detail)
}
