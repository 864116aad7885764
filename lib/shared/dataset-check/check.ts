import type { CheckReport, PhotoCheck } from '../contract/check'
import { joinedLabels } from '../labels-file/table'
import type { Work } from '../training/work'
import { allNeighbors } from '../vector-search/all-neighbors'
import type { CheckedPhotos } from './checked-photos'
import { copyGroups } from './copies/copy-groups'
import { findCopies } from './copies/find-copies'
import { outliersOf } from './outliers'
import { checkLabelsOf } from './photo-labels'
import { qualityIssues } from './quality'

/** Neighbors of each photo: enough for copies, and to tell whether a photo is far from all others. */
const NEIGHBORS = 8

export interface CheckOptions {
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
  { onProgress = () => {} }: CheckOptions = {},
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
  const labels = yield* checkLabelsOf(photos, firsts)
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
        label: joinedLabels(photos.list[photo]?.labels ?? []),
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
