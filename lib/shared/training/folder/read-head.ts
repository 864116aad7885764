import { Problem } from '../../problems/problem'
import { readCosineHead } from '../../zero-shot/head-file'
import { type CosineHead, cosineLogits } from '../../zero-shot/similarity'
import type { BaseFeatures } from '../example'
import { groupLogits } from '../groups'
import { type HeadScores, headScorer } from '../head'
import { readGroupsHead, readLinearHead } from '../head-file'
import type { HeadKind } from './custom-config'

/** The weights of a custom model, ready to score photos. */
export type ReadyHead =
  | { kind: 'linear' | 'cosine'; score: (photo: BaseFeatures) => HeadScores }
  /** Turns the base model's logits into those of the groups. */
  | { kind: 'groups'; group(logits: Float32Array, temperature: number): Float32Array }

/**
 * Reads `head.safetensors`.
 *
 * @param classes number of labels
 * @throws Problem `invalid_parameter`
 */
export function readHead(kind: HeadKind, file: Uint8Array, classes: number): ReadyHead {
  if (kind === 'linear') return { kind, score: headScorer(readLinearHead(file, classes)) }
  if (kind === 'cosine') return { kind, score: cosineScorer(readCosineHead(file, classes)) }
  const groups = { names: Array.from({ length: classes }, String), groupOf: readGroupsHead(file, classes) }
  return { kind, group: (...args) => groupLogits(groups, ...args) }
}

/** @throws Problem `not_ready`, by the function that it returns, if the base has embeddings of another length now */
function cosineScorer(head: CosineHead): (photo: BaseFeatures) => HeadScores {
  return ({ embedding }) => {
    if (embedding.length === head.dimensions) return { logits: cosineLogits(head, embedding), likeness: null }
    const detail = `The model compares ${head.dimensions} values of its base, which has ${embedding.length} now.`
    throw new Problem('not_ready', `${detail} Make it again.`)
  }
}
