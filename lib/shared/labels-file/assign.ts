import { type PhotoIndex, type PhotoMatch, pathOf } from './photo-index'
import { joinedLabels, LABEL_SEPARATOR, separateLabels } from './table'

/** A line that can't be used. */
interface RejectedLine {
  line: number
  file: string
  /**
   * `twice`: an earlier line has another label for the same photo; `several`: more than one label; otherwise an empty
   * cell.
   */
  reason: 'no_file' | 'no_label' | 'several' | 'twice'
}

/** The labels matched to photos, and what couldn't be matched. */
export interface LabelAssignment {
  /** The label cell by photo, as named in the input. */
  labels: ReadonlyMap<string, string>
  /** Lines with a file and a label. */
  lines: number
  /** Of these, lines whose photo exists. */
  matched: number
  bad: readonly RejectedLine[]
  /** Names in the file without a photo. */
  unused: readonly string[]
  /** Names that match several photos, or share a photo with other names. None of them is guessed. */
  ambiguous: readonly { file: string; photos: readonly string[] }[]
}

interface Line {
  line: number
  file: string
  label: string
}

interface Claim extends Line {
  found: PhotoMatch
}

/**
 * Matches each label to its photo.
 *
 * @param several whether a photo may have several labels, or none: those of all its lines, separated by
 *   `LABEL_SEPARATOR`
 */
export function assign(lines: Iterable<Line>, photos: PhotoIndex, several = false): LabelAssignment {
  const assigned = new LabelAssigner(photos, several)
  for (const line of lines) assigned.add(line)
  return assigned.end()
}

class LabelAssigner {
  private readonly bad: RejectedLine[] = []
  private readonly unused: string[] = []
  private readonly ambiguous: { file: string; photos: string[] }[] = []
  private readonly claims = new Map<number, Claim[]>()
  private readonly labels = new Map<string, string>()
  private lines = 0
  private matched = 0
  /** Whether file names repeat across folders, so that the same name in another folder is another photo. */
  private repeated: boolean

  constructor(
    private readonly photos: PhotoIndex,
    private readonly several: boolean,
  ) {
    this.repeated = photos.repeated
  }

  add(one: Line): void {
    const { line, file } = one
    const reason = this.faultOf(one)
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

  private faultOf({ file, label }: Line): RejectedLine['reason'] | null {
    if (file === '') return 'no_file'
    if (this.several) return null
    if (label === '') return 'no_label'
    return label.includes(LABEL_SEPARATOR) ? 'several' : null
  }

  private claim(one: Claim): void {
    const others = this.claims.get(one.found.photo)
    if (others === undefined) this.claims.set(one.found.photo, [one])
    else {
      this.repeated ||= others.some(({ file }) => !samePath(file, one.file))
      others.push(one)
    }
  }

  end(): LabelAssignment {
    for (const [photo, claims] of this.claims) this.settle(this.photos.photos[photo] ?? '', claims)
    const { labels, lines, matched, unused, ambiguous } = this
    return { labels, lines, matched, bad: this.bad.sort((a, b) => a.line - b.line), unused, ambiguous }
  }

  /** The best matches for a photo win if they agree on its label or have the same name for it. */
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
    this.matched += best.length
    if (this.several) {
      this.labels.set(photo, joinedLabels(best.flatMap(({ label }) => separateLabels(label))))
      return
    }
    this.bad.push(...rivals.map(({ line, file }) => ({ line, file, reason: 'twice' as const })))
    this.labels.set(photo, first.label)
  }
}

function samePath(one: string, other: string): boolean {
  return one === other || pathOf(one).text === pathOf(other).text
}
