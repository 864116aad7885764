import type { CheckReport, PhotoCheck } from '../contract/check'
import { Problem } from '../problems/problem'
import type { Example } from '../training/example'
import { requireExamples } from '../training/require-examples'
import type { Work } from '../training/work'
import { allNeighbors } from '../vector-search/all-neighbors'
import type { VectorIndex } from '../vector-search/vector-index'
import type { CheckedPhotos } from './checked-photos'
import { copyGroups } from './copies/copy-groups'
import { findCopies } from './copies/find-copies'
import { checkLabels, type LabelCheck } from './label-issues'
import { outliersOf } from './outliers'
import { qualityIssues } from './quality'

/** Neighbors of each photo: enough for copies, and to tell whether a photo is far from all others. */
const NEIGHBORS = 8

export interface CheckOptions {
  /** Whether photos have several labels, which aren't checked. */
  severalLabels?: boolean
  /** Called with the share that is done, from 0 to 1, before each stage. */
  onProgress?: ((done: number) => void) | undefined
}

/**
 * Checks a data set: copies, labels that look wrong, photos far from all others, and photos of low quality.
 *
 * @returns what was found about each photo, in the order in which they were added, and a summary
 */
export function* checkPhotos(
  photos: CheckedPhotos,
  { onProgress = () => {}, severalLabels = false }: CheckOptions = {},
): Work<{ photos: PhotoCheck[]; report: CheckReport }> {
  const part = (from: number, to: number) => (done: number) => onProgress(from + (to - from) * done)
  onProgress(0)
  const neighbors = yield* allNeighbors(photos.embeddings, NEIGHBORS, { onProgress: part(0, 0.3) })
  const input = {
    sha256: photos.list.map(({ sha256 }) => sha256),
    prints: photos.list.map(({ print }) => print),
    neighbors,
  }
  const firsts = yield* findCopies(input, part(0.3, 0.7))
  onProgress(0.7)
  const labels = severalLabels ? unchecked(SEVERAL_LABELS) : yield* labelCheck(photos, firsts)
  onProgress(1)
  const groups = copyGroups(photos.list, firsts)
  const checks: PhotoCheck[] = photos.list.map((photo) => ({
    near_copy_of: null,
    copy_group: null,
    label_issue: null,
    suggested_label: null,
    quality: qualityIssues(photo, photo),
  }))
  for (const [at, { kept, members }] of groups.entries()) {
    for (const member of members) {
      const check = checks[member] as PhotoCheck
      check.copy_group = at + 1
      if (member !== kept) check.near_copy_of = photos.list[kept]?.file ?? null
    }
  }
  for (const { photo, suggested, score } of labels.issues) {
    Object.assign(checks[photo] as PhotoCheck, { label_issue: score, suggested_label: suggested })
  }
  const fileOf = (photo: number) => photos.list[photo]?.file ?? ''
  const report: CheckReport = {
    photos: photos.list.length,
    copies: groups.map(({ kept, members, leak, labels: names }) => ({
      kept: fileOf(kept),
      copies: members.filter((member) => member !== kept).map(fileOf),
      leak,
      labels: names,
    })),
    labels: {
      checked: labels.checked,
      reason: labels.reason,
      issues: labels.issues.map(({ photo, suggested, score }) => ({
        file: fileOf(photo),
        label: photos.list[photo]?.label ?? '',
        suggested,
        score,
      })),
      mixed_up: labels.mixedUp.map(({ label, looksLike, photos: count }) => ({
        label,
        looks_like: looksLike,
        photos: count,
      })),
    },
    outliers: outliersOf(neighbors, firsts).map(({ photo, distance }) => ({ file: fileOf(photo), distance })),
    quality: checks.flatMap(({ quality }, at) => (quality.length > 0 ? [{ file: fileOf(at), issues: quality }] : [])),
  }
  return { photos: checks, report }
}

interface PhotoLabels extends Pick<LabelCheck, 'mixedUp' | 'checked'> {
  issues: { photo: number; suggested: string; score: number }[]
  /** Why labels weren't checked; null if they were. */
  reason: string | null
}

const SEVERAL_LABELS =
  'Photos have several labels. Train a model with multi_label (vision train --multi-label): it lists labels that may be wrong or missing.'

const unchecked = (reason: string): PhotoLabels => ({ issues: [], mixedUp: [], checked: 0, reason })

function* labelCheck(photos: CheckedPhotos, firsts: Int32Array): Work<PhotoLabels> {
  const labeled = [...photos.list.keys()].filter((at) => photos.list[at]?.label)
  if (labeled.length === 0) return unchecked('No photo has a label.')
  const examples = labeled.map((at) => exampleOf(photos, at))
  try {
    requireExamples(examples)
  } catch (error) {
    if (error instanceof Problem) return unchecked(error.detail)
    throw error
  }
  const position = new Map(labeled.map((at, index) => [at, index]))
  const groupNames = new Map<number, number>()
  const copies = Int32Array.from(labeled, (at) => {
    const first = firsts[at] as number
    // The first photo of the group may have no label.
    if (!groupNames.has(first)) groupNames.set(first, position.get(at) as number)
    return groupNames.get(first) as number
  })
  const { issues, ...rest } = yield* checkLabels(examples, copies)
  return {
    ...rest,
    issues: issues.map(({ example, ...issue }) => ({ photo: labeled[example] as number, ...issue })),
    reason: rest.checked === 0 ? 'No label has two different photos.' : null,
  }
}

/** The features that training computes from this are those of the photo, but for rounding. */
function exampleOf(
  { list, embeddings }: { list: CheckedPhotos['list']; embeddings: VectorIndex },
  at: number,
): Example {
  const { label, sha256, kinds } = list[at] as CheckedPhotos['list'][number]
  const embedding = embeddings.vector(at).map((root) => root * Math.abs(root))
  return { label: label ?? '', sha256, embedding, kinds }
}
