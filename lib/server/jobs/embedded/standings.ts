import type { ResultRow } from '@/lib/shared/results/columns'
import type { Place } from '../append-log'
import type { ResultLine } from '../jobs'

interface Standing {
  place: Place
  ok: boolean
  round: number
}

/** Where each photo of a job stands: not done, or where its latest result lies. Exactly one result a photo counts: the latest. */
export class Standings {
  private readonly standings: (Standing | undefined)[] = []
  readonly counts = { ok: 0, failed: 0 }

  count({ index, round, row }: ResultLine, place: Place, current: number): void {
    const earlier = this.standings[index]
    const ok = row.status === 'ok'
    // The failures of an earlier round were taken out of the count when this round began.
    if (earlier && !earlier.ok && earlier.round === current) this.counts.failed--
    if (earlier?.ok) this.counts.ok--
    this.standings[index] = { place, ok, round }
    if (ok) this.counts.ok++
    else if (round === current) this.counts.failed++
  }

  /** Whether it needs no run in this round. */
  isDone(index: number, round: number): boolean {
    const standing = this.standings[index]
    return standing !== undefined && (standing.ok || standing.round === round)
  }

  /** Where its latest result lies, if that is what is looked for. */
  place(index: number, only?: ResultRow['status']): Place | undefined {
    const standing = this.standings[index]
    if (!standing || (only && (only === 'ok') !== standing.ok)) return undefined
    return standing.place
  }

  /** Whether the result that ends at this byte is the latest of its photo. */
  isLatest(index: number, end: number): boolean {
    const place = this.standings[index]?.place
    return place !== undefined && place.at + place.length === end
  }

  /** A new round begins: the failed ones are to be done again. */
  forgetFailed(): void {
    this.counts.failed = 0
  }
}
