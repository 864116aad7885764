import { isPhotoName } from '../files/photo-name'
import type { PhotoIndex } from './photo-index'

/**
 * Common names of file and label columns, without spaces, `_` and `-`. The content decides; these break ties. Those of
 * labels begin with the one that is most likely meant.
 */
const FILE = new Set(
  'file filename filepath path image imagename imagefile imagepath imageid img imgpath imgid photo picture id name uri url'.split(
    ' ',
  ),
)
const LABEL = new Set(
  'label labels labelname class classname classid classlabel labelid category categoryid categoryname target y breed species wnid synset index choice tag truth groundtruth type'.split(
    ' ',
  ),
)

const plain = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_.-]+/g, '')
    .replace(/^data(?=image|photo)/, '')

export const looksLikeFileColumn = (name: string): boolean => FILE.has(plain(name))
export const looksLikeLabelColumn = (name: string): boolean => LABEL.has(plain(name))

/** The lower, the more likely is it that a column with this name has the labels. */
export function labelNameRank(name: string): number {
  const at = [...LABEL].indexOf(plain(name))
  return at < 0 ? LABEL.size : at
}

/** Whether the first row is a header rather than a photo. */
export function hasHeader(
  rows: readonly (readonly string[])[],
  photos: PhotoIndex,
  picks: readonly (string | undefined)[],
): boolean {
  const first = rows[0] ?? []
  if (picks.some((pick) => first.some((cell) => pick !== undefined && equalsIgnoreCase(cell, pick)))) return true
  if (first.some((cell) => isPhotoName(cell.trim()))) return false
  if (first.some((cell) => looksLikeFileColumn(cell) || looksLikeLabelColumn(cell))) return true
  if (first.some((cell) => cell.trim() === '' || /^[\d.]+$/.test(cell.trim()))) return false
  return !first.some((cell) => photos.find(cell) !== null)
}

export const equalsIgnoreCase = (name: string, pick: string): boolean =>
  name.trim().toLowerCase() === pick.trim().toLowerCase()
