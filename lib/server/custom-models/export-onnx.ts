import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type HeadWeights, readGroupsHead, readLinearHead } from '@/lib/shared/training/head-file'
import { readCosineHead } from '@/lib/shared/zero-shot/head-file'
import { exportModel } from '../catalog/onnx/export-model'
import { readModelParts } from '../catalog/onnx/graph-parts'
import { readOnnxGraph } from '../catalog/onnx/read-graph'
import { kindMembers } from '../engine/kind-members'
import type { Model } from '../engine/model'
import { findEmbedding } from '../engine/worker/find-embedding'
import { cosineExtension, groupsExtension, type KindsOutput, linearExtension } from './onnx-head'

/** The output of the base model that the engine reads. */
export interface ScoreOutput {
  name: string
  /** `logits`, or another kind of scores. */
  scores: string
}

/**
 * One self-contained ONNX file that computes the calibrated scores of a custom model: its base without the last layer,
 * and its head. The file has one output, `probabilities` [N, labels].
 *
 * @throws Error with a one-line reason why it can't be made
 */
export async function exportOnnx(custom: Model, base: Model, output: ScoreOutput): Promise<Uint8Array> {
  const { head, labels, temperature, activation } = custom
  if (head === null) throw new Error(`${custom.id} is not a custom model; its ONNX file is ${base.file}`)
  const parts = readModelParts(base.file)
  const file = await readFile(custom.file)
  if (head.kind === 'groups') {
    const groups = { names: labels, groupOf: readGroupsHead(file, labels.length) }
    const scale = { temperature: base.temperature ?? 1, probabilities: output.scores !== 'logits' }
    return exportModel(parts, groupsExtension({ tensor: output.name }, groups, scale))
  }
  const source =
    base.text === null
      ? findEmbedding(readOnnxGraph(base.file, basename(base.file)), output.name)
      : { tensor: output.name, spatial: false }
  if (typeof source === 'string') throw new Error(`${base.id} has no embedding: ${source}`)
  if (head.kind === 'cosine') return exportModel(parts, cosineExtension(source, readCosineHead(file, labels.length)))
  const weights = readLinearHead(file, labels.length)
  const scores = { temperature: temperature ?? 1, activation }
  return exportModel(parts, linearExtension(source, weights, kindsOutput(weights, base, output), scores))
}

/** @throws Error if the head learned from other kinds than the base knows */
function kindsOutput({ kinds }: HeadWeights, { id, synonyms }: Model, output: ScoreOutput): KindsOutput | null {
  if (kinds === 0) return null
  const members = kindMembers(synonyms)
  if (members?.length !== kinds) throw new Error(`it learned from other kinds of things than ${id} knows`)
  return { tensor: output.name, members, classes: synonyms.length, probabilities: output.scores !== 'logits' }
}
