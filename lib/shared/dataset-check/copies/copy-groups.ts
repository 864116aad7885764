import { joinedLabels } from '../../labels-file/table'
import type { CheckedPhoto } from '../checked-photos'
import { contentArea } from './print'

/** Photos that are copies of each other. */
export interface CopyGroup {
  /** The photo to keep. */
  kept: number
  /** All of them, in order. */
  members: number[]
  /** The splits that they are in, if in several: a model is tested on photos that it learned from. Else null. */
  leak: string[] | null
  /** Their labels, if they have several; else null. */
  labels: string[] | null
}

/**
 * The groups with more than one photo, in the order of their first photos.
 *
 * @param firsts for each photo the first photo of its group
 */
export function copyGroups(photos: readonly CheckedPhoto[], firsts: Int32Array): CopyGroup[] {
  const groups = new Map<number, number[]>()
  for (const [photo, first] of firsts.entries()) {
    const members = groups.get(first)
    if (members) members.push(photo)
    else groups.set(first, [photo])
  }
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((members) => ({
      kept: bestOf(photos, members),
      members,
      leak: several(members.map((at) => photos[at]?.split ?? null)),
      labels: several(members.map((at) => labelsText(photos[at]))),
    }))
}

/**
 * The photo with the most pixels, without plain frames; of equally large ones the largest file, which lost least by
 * compression.
 */
function bestOf(photos: readonly CheckedPhoto[], members: readonly number[]): number {
  const pixels = (at: number) => {
    const photo = photos[at]
    return photo ? photo.width * photo.height * contentArea(photo.print) : 0
  }
  const bytes = (at: number) => photos[at]?.bytes ?? 0
  return [...members].sort((a, b) => pixels(b) - pixels(a) || bytes(b) - bytes(a) || a - b)[0] as number
}

const labelsText = (photo: CheckedPhoto | undefined) => (photo?.labels ? joinedLabels(photo.labels) : null)

/** Distinct values, sorted, if there are several. */
function several(values: readonly (string | null)[]): string[] | null {
  const distinct = [...new Set(values.filter((value) => value !== null))].sort()
  return distinct.length > 1 ? distinct : null
}
