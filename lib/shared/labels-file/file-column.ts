import { isPhotoName } from '../files/photo-name'
import { hintsFile, hintsLabel } from './header'
import type { PhotoIndex } from './photo-index'

type Rows = readonly (readonly string[])[]

const SAMPLE = 20_000
/** From this tier on names are alike only without their extension. */
const STEM = 3

/** How well a column names photos. */
interface Score {
  column: number
  /** Different photos that it names. */
  photos: number
  /** Sum of how unlike the names are. */
  tiers: number
  /** Cells that look like the name of a photo. */
  looks: number
  hint: number
}

/** The column that names most photos; where none is there, the one that looks or is called like it. */
export function chooseFile(names: readonly string[], rows: Rows, photos: PhotoIndex, taken: number | null): number {
  const step = Math.max(1, Math.floor(rows.length / SAMPLE))
  const sample = rows.filter((_, at) => at % step === 0)
  const columns = [...names.keys()].filter((at) => at !== taken)
  const score = (some: Rows) => columns.map((column) => scoreOf(column, names[column] ?? '', some, photos))
  let scores = score(sample)
  // A few photos of a long list may stand between the lines of the sample.
  if (step > 1 && scores.every((one) => one.photos === 0)) scores = score(rows)
  scores.sort((a, b) => b.photos - a.photos || a.tiers - b.tiers || b.looks - a.looks || b.hint - a.hint)
  return scores[0]?.column ?? 0
}

function scoreOf(column: number, name: string, rows: Rows, photos: PhotoIndex): Score {
  const cells = rows.map((row) => (row[column] ?? '').trim()).filter((cell) => cell !== '')
  // koala.webp is no reason to take the column `label`, with its koala, for that of the photos.
  const least = hintsLabel(name) && !hintsFile(name) ? STEM : Number.POSITIVE_INFINITY
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
  return { column, photos: found.size, tiers, looks, hint: Number(hintsFile(name)) }
}

function addAll(set: Set<number>, some: readonly number[]): void {
  for (const one of some) set.add(one)
}
