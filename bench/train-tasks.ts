import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kindMembers } from '@/lib/server/engine/kind-members'
import { kindsOf } from '@/lib/server/engine/label-kinds'
import { kindScores } from '@/lib/shared/inference/kind-scores'
import { randomNumbers } from '@/lib/shared/metrics/random'
import type { BaseFeatures, Example } from '@/lib/shared/training/example'
import { type Head, headScorer } from '@/lib/shared/training/head'
import { KINDS } from '../tests/support/task-kinds'
import { type EmbeddedSet, embedFolder } from './embeddings'

/** A labeled photo of a task. Photos of one subject are never both trained and tested on. */
export interface TaskPhoto extends Example {
  subject: string
}

/** Photos with labels, and photos of other things. */
export interface Task {
  name: string
  photos: readonly TaskPhoto[]
  others: readonly BaseFeatures[]
}

const SHARED = '../shared'
const MODEL = 'efficientnet-lite1-int8'
/** The tasks whose photos are there; says what is missing. */
export async function tasks(): Promise<Task[]> {
  const missing = ['signs', 'eval', 'holdout'].filter((name) => !existsSync(join(SHARED, name)))
  if (missing.length > 0) {
    console.log(`skipped, because ${missing.map((name) => join(SHARED, name)).join(', ')} is not there`)
    return []
  }
  const [signs, inEval, holdout] = [await embed('signs'), await embed('eval'), await embed('holdout')]
  const photos = [...kinds('eval', inEval), ...kinds('holdout', holdout)]
  return [
    { name: 'signs', photos: signPhotos(signs), others: rows(inEval) },
    { name: 'kinds', photos: photos.filter(({ label }) => label !== ''), others: [] },
  ]
}

const embed = (name: string) => embedFolder(join(SHARED, name), MODEL)

/** The classes of ImageNet, in the order of the models' outputs. */
const WORDNET_IDS = readFileSync('models/imagenet-classes.csv', 'utf8').match(/n\d{8}/g) ?? []

function rows({ vectors, logits, dimensions, classes, files }: EmbeddedSet): BaseFeatures[] {
  const members = kindMembers(WORDNET_IDS.map((id) => [id]))
  return files.map((_, at) => ({
    embedding: vectors.subarray(at * dimensions, (at + 1) * dimensions),
    kinds: members && kindScores(logits.subarray(at * classes, (at + 1) * classes), members),
  }))
}

function signPhotos(set: EmbeddedSet): TaskPhoto[] {
  return rows(set).map((photo, at) => {
    const file = set.files[at] as string
    return { label: file.split('/')[0] as string, subject: file, sha256: set.sha256[at] as string, ...photo }
  })
}

/** Photos of the kinds; the subject is the species. The label is empty for other things, and for photos of two kinds. */
function kinds(folder: string, set: EmbeddedSet): TaskPhoto[] {
  const lines = readFileSync(join(SHARED, folder, 'labels.csv'), 'utf8').split('\n')
  const species = new Map(lines.map((line) => [line.split(',')[0], line.split(',')[2] ?? '']))
  return rows(set).map((photo, at) => {
    const subject = species.get(set.files[at]) ?? ''
    const found = KINDS.filter((kind) => kindsOf([subject])?.kinds.includes(kind))
    return {
      label: found.length === 1 ? (found[0] as string) : '',
      subject,
      sha256: set.sha256[at] as string,
      ...photo,
    }
  })
}

/** So many random photos of each label to train on, and the photos of other subjects to test on. */
export function draw(photos: readonly TaskPhoto[], perLabel: number, seed: number) {
  const random = randomNumbers(seed)
  const shuffled = photos.map((photo) => ({ photo, at: random() })).sort((a, b) => a.at - b.at)
  const counts = new Map<string, number>()
  const trained: TaskPhoto[] = []
  const rest: TaskPhoto[] = []
  for (const { photo } of shuffled) {
    const count = counts.get(photo.label) ?? 0
    counts.set(photo.label, count + 1)
    ;(count < perLabel ? trained : rest).push(photo)
  }
  const seen = new Set(trained.map(({ subject }) => subject))
  return { trained, tested: rest.filter(({ subject }) => !seen.has(subject)) }
}

/** The share of photos whose highest score is that of their own label. */
export function accuracy(head: Head, tested: readonly Example[]): number {
  const score = headScorer(head)
  const right = tested.filter((photo) => {
    const { logits } = score(photo)
    return head.labels[logits.indexOf(Math.max(...logits))] === photo.label
  })
  return right.length / tested.length
}
