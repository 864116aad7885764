import { isPhotoName } from '../files/photo-name'
import { looksLikeFileColumn, looksLikeLabelColumn } from './header'
import type { PhotoIndex } from './photo-index'

type Rows = readonly (readonly string[])[]

const SAMPLE = 20_000
/** From this tier on, names match only without their extension. */
const STEM = 3

/** How well a column matches photos. */
interface Score {
  column: number
  /** Number of distinct photos that it matches. */
  photos: number
  /** Sum of the match tiers; lower is better. */
  tiers: number
  /** Number of cells that look like photo names. */
  looks: number
  hint: number
}

/** The column that matches the most photos; if none matches, the one whose cells or name look like it. */
export function chooseFile(names: readonly string[], rows: Rows, photos: PhotoIndex, taken: number | null): number {
  const step = Math.max(1, Math.floor(rows.length / SAMPLE))
  const sample = rows.filter((_, at) => at % step === 0)
  const columns = [...names.keys()].filter((at) => at !== taken)
  const score = (some: Rows) => columns.map((column) => scoreOf(column, names[column] ?? '', some, photos))
  let scores = score(sample)
  // The sample of a long list may miss a few photos.
  if (step > 1 && scores.every((one) => one.photos === 0)) scores = score(rows)
  scores.sort((a, b) => b.photos - a.photos || a.tiers - b.tiers || b.looks - a.looks || b.hint - a.hint)
  return scores[0]?.column ?? 0
}

function scoreOf(column: number, name: string, rows: Rows, photos: PhotoIndex): Score {
  const cells = rows.map((row) => (row[column] ?? '').trim()).filter((cell) => cell !== '')
  // A photo koala.webp must not make the column `label`, which contains "koala", the file column.
  const least = looksLikeLabelColumn(name) && !looksLikeFileColumn(name) ? STEM : Number.POSITIVE_INFINITY
  const found = new Set<number>()
  let tiers = 0
  for (const match of cells.map((cell) => photos.find(cell))) {
    if (match === null) continue
    if ('ambiguous' in match) addAll(found, match.ambiguous)
    else if (match.tier < least) {
      tiers += match.tier
      found.add(match.photo)
    }
  }
  const looks = cells.filter(isPhotoName).length
  return { column, photos: found.size, tiers, looks, hint: Number(looksLikeFileColumn(name)) }
}

function addAll(set: Set<number>, some: readonly number[]): void {
  for (const one of some) set.add(one)
}
