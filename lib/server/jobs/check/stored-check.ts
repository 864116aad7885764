import * as z from 'zod'
import { type CheckReport, checkReportSchema, type PhotoCheck } from '@/lib/shared/contract/check'
import { QUALITY_ISSUES } from '@/lib/shared/dataset-check/quality'
import { NO_REPORT } from './no-report'

/** What was found about a photo of a job. */
const foundSchema = z.object({
  index: z.int(),
  near_copy_of: z.string().nullable(),
  copy_group: z.int().nullable(),
  label_issue: z.number().nullable(),
  suggested_label: z.string().nullable(),
  quality: z.array(z.enum(QUALITY_ISSUES)),
})

export const storedCheckSchema = z.object({
  /** When the job that was checked had finished: after a retry, its photos are checked again. Or one of the below. */
  finished_at: z.string(),
  /** The text of the labels file; null if labels are by folder. */
  labels: z.string().nullable(),
  /** Whether it never ran: only the labels are known. */
  labels_only: z.literal(true).optional(),
  /** Why it failed, in one line; null if it didn't. */
  failure: z.string().nullable(),
  report: checkReportSchema,
  /** Photos about which something was found. */
  found: z.array(foundSchema),
})

/** Instead of the end of a job: its check has to be repeated. */
export const OUTDATED = ''
/** The same for a job that isn't done: it is checked with these labels as soon as it is. */
export const AHEAD = 'ahead'

/** The check of a job. */
export interface StoredCheck {
  finished_at: string
  labels: string | null
  labels_only?: true | undefined
  failure: string | null
  report: CheckReport
  found: (PhotoCheck & { index: number })[]
}

/** What is stored of a check until it runs with these labels: what was found before stays. */
export function withLabels(before: StoredCheck | null, labels: string | null, finishedAt: string): StoredCheck {
  if (before !== null) return { ...before, finished_at: finishedAt, labels }
  return { finished_at: finishedAt, labels, labels_only: true, failure: null, report: NO_REPORT, found: [] }
}
