import { joinedLabels } from '../labels-file/table'
import { Problem } from '../problems/problem'
import type { Example } from '../training/example'
import { requireExamples } from '../training/require-examples'
import type { Work } from '../training/work'
import type { CheckedPhotos } from './checked-photos'
import { smallestOf } from './copies/smallest-of'
import { checkLabels } from './label-issues'
import { checkLabelSets } from './label-set-issues'
import type { MixedUp } from './mixed-up'

/** What was found about the labels of photos. */
interface PhotoLabels {
  issues: { photo: number; suggested: string; score: number }[]
  mixedUp: MixedUp[]
  /** Photos whose labels were checked. */
  checked: number
  /** Why labels weren't checked; null if they were. */
  reason: string | null
}

const unchecked = (reason: string): PhotoLabels => ({ issues: [], mixedUp: [], checked: 0, reason })

/**
 * Checks the labels of photos, of which each has one, or each may have several.
 *
 * @param firsts for each photo the first photo of its group of copies
 */
export function* checkLabelsOf(photos: CheckedPhotos, firsts: Int32Array): Work<PhotoLabels> {
  const labeled = [...photos.list.keys()].filter((at) => photos.list[at]?.labels)
  if (labeled.length === 0) return unchecked('No photo has a label.')
  const copies = smallestOf(labeled.map((at) => firsts[at] as number))
  try {
    return yield* (photos.severalLabels ? severalLabels : singleLabels)(photos, labeled, copies)
  } catch (error) {
    if (error instanceof Problem) return unchecked(error.detail)
    throw error
  }
}

/** @param labeled the photos with labels */
function* singleLabels(photos: CheckedPhotos, labeled: readonly number[], copies: Int32Array): Work<PhotoLabels> {
  const examples = labeled.map((at) => ({ ...featuresOf(photos, at), label: photos.list[at]?.labels?.[0] ?? '' }))
  requireExamples(examples)
  const { issues, ...rest } = yield* checkLabels(examples, copies)
  return {
    ...rest,
    issues: issues.map(({ example, ...issue }) => ({ photo: labeled[example] as number, ...issue })),
    reason: rest.checked === 0 ? 'No label has two different photos.' : null,
  }
}

function* severalLabels(photos: CheckedPhotos, labeled: readonly number[], copies: Int32Array): Work<PhotoLabels> {
  const sets = labeled.map((at) => ({ labels: photos.list[at]?.labels ?? [], features: featuresOf(photos, at) }))
  const { issues, ...rest } = yield* checkLabelSets(sets, copies)
  return {
    ...rest,
    issues: issues.map(({ photo, suggested, score }) => ({
      photo: labeled[photo] as number,
      suggested: joinedLabels(suggested),
      score,
    })),
    reason: rest.checked === 0 ? 'All photos are copies of one.' : null,
  }
}

/** The features that training computes from this are those of the photo, but for rounding. */
function featuresOf({ list, embeddings }: CheckedPhotos, at: number): Omit<Example, 'label'> {
  const { sha256, kinds } = list[at] as CheckedPhotos['list'][number]
  return { sha256, embedding: embeddings.vector(at).map((root) => root * Math.abs(root)), kinds }
}
