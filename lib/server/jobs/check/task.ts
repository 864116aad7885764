import type { CheckReport, PhotoCheck } from '@/lib/shared/contract/check'

/** What the process of a check does. Everything large is in files. */
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
