import { type Found, type PhotoIndex, pathOf } from './photo-index'
import { SEVERAL } from './table'

/** A line that cannot be used. */
export interface BadLine {
  line: number
  file: string
  /** `twice`: an earlier line gives the same photo another label; `several`: more than one label; the rest: the cell is empty. */
  reason: 'no_file' | 'no_label' | 'several' | 'twice'
}

/** Labels given to photos, and what could not be given. */
export interface Assigned {
  /** By the photo as it was given: the cell with its label. */
  labels: ReadonlyMap<string, string>
  /** Lines with a file and a label. */
  lines: number
  /** Of these, lines whose photo is there. */
  matched: number
  bad: readonly BadLine[]
  /** Names in the file whose photo is not there. */
  unused: readonly string[]
  /** Names that could be several photos, or share one photo with other names; none of them is guessed. */
  ambiguous: readonly { file: string; photos: readonly string[] }[]
}

interface Line {
  line: number
  file: string
  label: string
}

interface Claim extends Line {
  found: Found
}

/** Gives each label to its photo. */
export function assign(lines: Iterable<Line>, photos: PhotoIndex): Assigned {
  const assigned = new Assigning(photos)
  for (const line of lines) assigned.add(line)
  return assigned.end()
}

class Assigning {
  private readonly bad: BadLine[] = []
  private readonly unused: string[] = []
  private readonly ambiguous: { file: string; photos: string[] }[] = []
  private readonly claims = new Map<number, Claim[]>()
  private readonly labels = new Map<string, string>()
  private lines = 0
  private matched = 0
  /** Whether names repeat from folder to folder: then one of another folder is another photo. */
  private repeated: boolean

  constructor(private readonly photos: PhotoIndex) {
    this.repeated = photos.repeated
  }

  add(one: Line): void {
    const { line, file, label } = one
    const reason = file === '' ? 'no_file' : label === '' ? 'no_label' : label.includes(SEVERAL) ? 'several' : null
    if (reason) {
      this.bad.push({ line, file, reason })
      return
    }
    this.lines++
    const found = this.photos.find(file)
    if (found === null) this.unused.push(file)
    else if ('ambiguous' in found) {
      this.ambiguous.push({ file, photos: found.ambiguous.map((photo) => this.photos.photos[photo] ?? '') })
    } else this.claim({ ...one, found })
  }

  private claim(one: Claim): void {
    const others = this.claims.get(one.found.photo)
    if (others === undefined) this.claims.set(one.found.photo, [one])
    else {
      this.repeated ||= others.some(({ file }) => !samePath(file, one.file))
      others.push(one)
    }
  }

  end(): Assigned {
    for (const [photo, claims] of this.claims) this.settle(this.photos.photos[photo] ?? '', claims)
    const { labels, lines, matched, unused, ambiguous } = this
    return { labels, lines, matched, bad: this.bad.sort((a, b) => a.line - b.line), unused, ambiguous }
  }

  /** The best claims to a photo have it, where they agree on its label or have the same name for it. */
  private settle(photo: string, claims: readonly Claim[]): void {
    const sound = claims.filter(({ found }) => !(this.repeated && found.contrary && found.depth === 0))
    const [first] = sound.toSorted((a, b) => b.found.depth - a.found.depth || a.found.tier - b.found.tier)
    const best = sound.filter(({ found }) => found.depth === first?.found.depth && found.tier === first.found.tier)
    for (const claim of claims) if (!best.includes(claim)) this.unused.push(claim.file)
    if (!first) return
    const rivals = best.filter(({ label }) => label !== first.label)
    if (rivals.some(({ file }) => !samePath(file, first.file))) {
      this.ambiguous.push(...best.map(({ file }) => ({ file, photos: [photo] })))
      return
    }
    this.bad.push(...rivals.map(({ line, file }) => ({ line, file, reason: 'twice' as const })))
    this.matched += best.length
    this.labels.set(photo, first.label)
  }
}

function samePath(one: string, other: string): boolean {
  return one === other || pathOf(one).text === pathOf(other).text
}
