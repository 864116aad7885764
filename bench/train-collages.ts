import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kindMembers } from '@/lib/server/engine/kind-members'
import { kindScores } from '@/lib/shared/inference/kind-scores'
import { type LabelScores, multiLabelMetrics } from '@/lib/shared/metrics/label-metrics'
import type { Example } from '@/lib/shared/training/example'
import { examplesOf } from '@/lib/shared/training/folder/fit-examples'
import { headScorer } from '@/lib/shared/training/head'
import { decisionEce } from '@/lib/shared/training/multi-label/report'
import { sigmoid } from '@/lib/shared/training/multi-label/sigmoid-fit'
import { type MultiLabelTraining, trainMultiLabel } from '@/lib/shared/training/multi-label/train'
import { writeCollages } from '../tests/support/collages'
import { embedFolder } from './embeddings'

const EVAL = '../shared/eval'
const MODEL = 'efficientnet-lite1-int8'

/** A collage with its labels, and what the base model says of it. */
export interface EmbeddedCollage extends Omit<Example, 'label'> {
  labels: readonly string[]
}

/** Collages to train on, and of other species to test on; null if the photos aren't there. */
export async function collages(): Promise<{ trained: EmbeddedCollage[]; tested: EmbeddedCollage[] } | null> {
  if (!existsSync(EVAL)) {
    console.log(`skipped, because ${EVAL} is not there`)
    return null
  }
  return { trained: await embedded('train', 300, false), tested: await embedded('test', 300, true) }
}

async function embedded(name: string, count: number, tested: boolean): Promise<EmbeddedCollage[]> {
  const folder = mkdtempSync(join(tmpdir(), `collages-${name}-`))
  try {
    const made = await writeCollages(EVAL, folder, { count, seed: tested ? 2 : 1, tested })
    const { sha256, vectors, logits, dimensions, classes } = await embedFolder(folder, MODEL)
    const ids = readFileSync('models/imagenet-classes.csv', 'utf8').match(/n\d{8}/g) ?? []
    const members = kindMembers(ids.map((id) => [id]))
    return made.map(({ labels }, at) => ({
      labels,
      sha256: sha256[at] as string,
      embedding: vectors.subarray(at * dimensions, (at + 1) * dimensions),
      kinds: members && kindScores(logits.subarray(at * classes, (at + 1) * classes), members),
    }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Trains on some collages. */
export function trainOn(some: readonly EmbeddedCollage[]): Promise<MultiLabelTraining> {
  return trainMultiLabel(some.flatMap(({ labels, ...photo }) => examplesOf(photo, labels)))
}

/** How a model does on collages that it never saw. */
export function testOn({ head }: MultiLabelTraining, tested: readonly EmbeddedCollage[]) {
  const score = headScorer(head)
  const results = tested.map((photo) => score(photo))
  const known: LabelScores = {
    labels: head.labels.length,
    scores: Float64Array.from(
      results.flatMap(({ logits }) => [...logits]),
      (logit) => sigmoid(logit),
    ),
    truth: Uint8Array.from(tested.flatMap(({ labels }) => head.labels.map((label) => Number(labels.includes(label))))),
  }
  const below = head.likeness?.rule.below ?? 0
  return {
    chosen: multiLabelMetrics(known, head.multiLabel.thresholds),
    half: multiLabelMetrics(
      known,
      head.labels.map(() => 0.5),
    ),
    ece: decisionEce(known),
    unlike: results.filter(({ likeness }) => (likeness ?? 0) < below).length / results.length,
  }
}
