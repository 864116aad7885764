import { readFile } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import { softmax } from '@/lib/shared/metrics/scores'
import { Problem } from '@/lib/shared/problems/problem'
import type { BaseFeatures } from '@/lib/shared/training/example'
import { type Groups, groupScores } from '@/lib/shared/training/groups'
import { type HeadScores, headScorer } from '@/lib/shared/training/head'
import { readGroupsHead, readLinearHead } from '@/lib/shared/training/head-file'
import { readCosineHead } from '@/lib/shared/zero-shot/head-file'
import { type CosineHead, cosineLogits } from '@/lib/shared/zero-shot/similarity'
import type { WorkerHead } from '../protocol'

/** Heads that a worker keeps in memory: several hundred with ten labels each. */
const MAX_BYTES = 64_000_000

export type Head = { spec: WorkerHead; bytes: number } & (
  | { kind: 'linear' | 'cosine'; score: ReturnType<typeof headScorer> }
  /** Turns the base model's logits into those of the groups. */
  | { kind: 'groups'; group(logits: Float32Array, temperature: number): Float32Array }
)

/**
 * The heads of custom models, read when their first photo comes. So a server has any number of them, and none needs a
 * reload. A revision never changes, and neither does what is kept for it.
 */
export class HeadCache {
  private readonly heads = new LRUCache<string, Head, WorkerHead>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
    fetchMethod: (_revision, _stale, { context }) => readHead(context),
  })

  /** @throws Problem `not_ready` if it can't be read */
  async get(spec: WorkerHead): Promise<Head> {
    const head = await this.heads.fetch(spec.revision, { context: spec })
    if (head === undefined) throw new Problem('not_ready', 'The custom model could not be read. Try again.')
    return head
  }
}

/** @throws Problem `not_ready` */
async function readHead(spec: WorkerHead): Promise<Head> {
  try {
    const file = await readFile(spec.file)
    const { classes, kind } = spec
    if (kind === 'linear') {
      const score = headScorer(readLinearHead(file, classes))
      return { kind, spec, bytes: file.byteLength, score }
    }
    if (kind === 'cosine') {
      const score = cosineScorer(readCosineHead(file, classes))
      return { kind, spec, bytes: file.byteLength, score }
    }
    const groups = { names: Array.from({ length: classes }, String), groupOf: readGroupsHead(file, classes) }
    return { kind, spec, bytes: file.byteLength, group: (...args) => groupLogits(groups, ...args) }
  } catch (error) {
    const reason = error instanceof Problem ? error.detail : `${(error as Error).message}.`
    throw new Problem('not_ready', `The custom model’s head.safetensors can’t be used. ${reason}`, { cause: error })
  }
}

/** @throws Problem `not_ready`, by the function that it returns, if the base has embeddings of another length now */
function cosineScorer(head: CosineHead): (photo: BaseFeatures) => HeadScores {
  return ({ embedding }) => {
    if (embedding.length === head.dimensions) return { logits: cosineLogits(head, embedding), likeness: null }
    const detail = `The model compares ${head.dimensions} values of its base, which has ${embedding.length} now.`
    throw new Problem('not_ready', `${detail} Make it again.`)
  }
}

/** The softmax of the result returns the sums of the calibrated scores of each group. */
function groupLogits(groups: Groups, logits: Float32Array, temperature: number): Float32Array {
  const { length } = groups.groupOf
  if (logits.length !== length)
    throw new Problem('not_ready', `The custom model groups ${length} labels, but its base has ${logits.length}.`)
  const sums = groupScores(softmax(logits, temperature), groups)
  return Float32Array.from(sums, (sum) => Math.log(Math.max(sum, Number.MIN_VALUE)))
}
