import type { CheckReport } from '@/lib/shared/contract/check'
import type { KnownLabels } from '@/lib/shared/dataset-check/known-labels'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Pieces } from '../files/write-file'

/** The photos of a folder, to be checked here or on a server. */
export interface Folder {
  path: string
  /** Relative to it. */
  files: readonly string[]
  known: KnownLabels
  /** Whether the labels are those of the folders. */
  byFolder: boolean
}

/** What a check found. */
export interface Outcome {
  report: CheckReport
  /** Whether the model is one of which several labels may apply. */
  multiLabel: boolean
  /** All photos, in order, with the columns of the check. */
  rows(): Iterable<ResultRow> | AsyncIterable<ResultRow>
  /** A labels file without copies. */
  cleanedLabels(takeSuggestions: boolean): Pieces
  /** Releases what the above read from. */
  close(): Promise<void>
}
