import { z } from 'zod'
import { type CheckReport, checkReportSchema, type PhotoCheck } from '@/lib/shared/contract/check'
import { QUALITY_ISSUES } from '@/lib/shared/dataset-check/quality'

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
  /** When the job that was checked had finished: after a retry, its photos are checked again. */
  finished_at: z.string(),
  /** The text of the labels file; null if labels are by folder. */
  labels: z.string().nullable(),
  /** Why it failed, in one line; null if it didn't. */
  failure: z.string().nullable(),
  report: checkReportSchema,
  /** Photos about which something was found. */
  found: z.array(foundSchema),
})

/** The check of a job. */
export interface StoredCheck {
  finished_at: string
  labels: string | null
  failure: string | null
  report: CheckReport
  found: (PhotoCheck & { index: number })[]
}
