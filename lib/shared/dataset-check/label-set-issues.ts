import { coordinatesOf } from '../training/coordinates'
import type { Example } from '../training/example'
import { examplesOf } from '../training/folder/fit-examples'
import { crossValidateLabels, foldPhotos } from '../training/multi-label/cross-validate'
import { type DoubtfulLabel, doubtfulLabels, wrongness } from '../training/multi-label/doubtful'
import { assignLabeledFolds } from '../training/multi-label/folds'
import { labeledSet } from '../training/multi-label/photo-set'
import { heldOutScores } from '../training/multi-label/report'
import { requireLabeledExamples } from '../training/require-examples'
import type { Work } from '../training/work'
import { smallestOf } from './copies/smallest-of'
import { countPairs, type MixedUp } from './mixed-up'

/** A photo of a data set whose photos may have several labels, or none. */
export interface LabeledPhoto {
  labels: readonly string[]
  features: Omit<Example, 'label'>
}

/** A photo with labels that look wrong, or with one that seems to be missing. */
interface LabelSetIssue {
  /** Position in the list of photos. */
  photo: number
  /** The labels that it looks like, sorted. */
  suggested: string[]
  /** How unlikely the most doubtful of its labels is, from 0.5 to 1. */
  score: number
}

export interface LabelSetCheck {
  /** The worst first. */
  issues: LabelSetIssue[]
  /** The most frequent first. */
  mixedUp: MixedUp[]
  /** Photos that a model which didn't see them said something about. */
  checked: number
}

/** What training takes: an example for each label of each photo. */
function examplesOfSets(photos: readonly LabeledPhoto[]): (Example & { photo: number })[] {
  return photos.flatMap(({ labels, features }, photo) => examplesOf({ ...features, photo }, labels))
}

/**
 * Finds labels that look wrong or missing by confident learning for each label on its own. A photo is as suspicious as its
 * most doubtful label. Sources: see `doubtfulLabels`.
 *
 * @param copies for each photo the first photo of its group of copies: a model would recognize them
 * @throws Problem with a detail of one line for photos that can't be trained on
 */
export function* checkLabelSets(photos: readonly LabeledPhoto[], copies: Int32Array): Work<LabelSetCheck> {
  const examples = examplesOfSets(photos)
  requireLabeledExamples(examples)
  const set = labeledSet(examples)
  const photoOf = Array.from(set.position, (example) => examples[example]?.photo as number)
  const groups = smallestOf(photoOf.map((at) => copies[at] as number))
  const coordinates = yield* coordinatesOf(set)
  const folded = yield* foldPhotos(set, coordinates, assignLabeledFolds(set, groups))
  const validation = yield* crossValidateLabels(set, coordinates, folded)
  if (validation === null) return { issues: [], mixedUp: [], checked: 0 }
  const issues: LabelSetIssue[] = []
  const pairs: [string, string][] = []
  for (const [held, doubts] of byPhoto(doubtfulLabels(heldOutScores(set, validation)))) {
    const at = photoOf[validation.photos[held] as number] as number
    const named = doubts.map(({ label, has }) => ({ label: set.labels[label] as string, has }))
    const removed = named.filter(({ has }) => has).map(({ label }) => label)
    const added = named.filter(({ has }) => !has).map(({ label }) => label)
    const kept = photos[at]?.labels.filter((label) => !removed.includes(label)) ?? []
    issues.push({ photo: at, suggested: [...kept, ...added].sort(), score: wrongness(doubts[0] as DoubtfulLabel) })
    if (removed.length === 1 && added.length === 1) pairs.push([removed[0] as string, added[0] as string])
  }
  return { issues, mixedUp: countPairs(pairs), checked: validation.photos.length }
}

/** The doubts about each photo: photos and doubts with the worst first. */
function byPhoto(doubtful: readonly DoubtfulLabel[]): Map<number, DoubtfulLabel[]> {
  const photos = new Map<number, DoubtfulLabel[]>()
  for (const doubt of doubtful) {
    const others = photos.get(doubt.photo)
    if (others) others.push(doubt)
    else photos.set(doubt.photo, [doubt])
  }
  return photos
}
