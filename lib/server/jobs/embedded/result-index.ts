import type { ResultRow } from '@/lib/shared/results/columns'
import type { ResultLine } from '../backend'
import type { ByteRange } from '../json-lines'

interface IndexEntry {
  range: ByteRange
  ok: boolean
  round: number
}

/**
 * Where each photo's latest result is in the results file, if it has one. Exactly one result per photo counts: the
 * latest.
 */
export class ResultIndex {
  private readonly entries: (IndexEntry | undefined)[] = []
  readonly counts = { ok: 0, failed: 0 }

  add({ index, round, row }: ResultLine, range: ByteRange, current: number): void {
    const earlier = this.entries[index]
    const ok = row.status === 'ok'
    // Failures of an earlier round were already subtracted when this round began.
    if (earlier && !earlier.ok && earlier.round === current) this.counts.failed--
    if (earlier?.ok) this.counts.ok--
    this.entries[index] = { range, ok, round }
    if (ok) this.counts.ok++
    else if (round === current) this.counts.failed++
  }

  /** Whether the photo doesn't need to run in this round. */
  isDone(index: number, round: number): boolean {
    const entry = this.entries[index]
    return entry !== undefined && (entry.ok || entry.round === round)
  }

  /** Where the photo's latest result is, if it has the requested status. */
  rangeOf(index: number, only?: ResultRow['status']): ByteRange | undefined {
    const entry = this.entries[index]
    if (!entry || (only && (only === 'ok') !== entry.ok)) return undefined
    return entry.range
  }

  /** Whether the result that ends at this byte is the latest of its photo. */
  isLatest(index: number, end: number): boolean {
    const range = this.entries[index]?.range
    return range !== undefined && range.offset + range.length === end
  }

  /** Starts a new round, in which the failed photos run again. */
  resetFailed(): void {
    this.counts.failed = 0
  }
}
