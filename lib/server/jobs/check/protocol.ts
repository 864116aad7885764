import type { CheckReport, PhotoCheck } from '@/lib/shared/contract/check'

/** Messages between a server and the process of a check. Everything large is in files. */

export interface CheckTask {
  /** Rows of results as NDJSON, to read. */
  rows: string
  count: number
  /** Text of a labels file; null if labels are by folder. */
  labels: string | null
}

export interface CheckOutcome {
  report: CheckReport
  /** Photos about which something was found. */
  found: (PhotoCheck & { index: number })[]
}

export type FromChecker =
  /** The share that is done, from 0 to 1. */
  { kind: 'progress'; done: number } | { kind: 'done'; outcome: CheckOutcome } | { kind: 'failed'; detail: string }
