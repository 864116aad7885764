import type { CheckReport } from '@/lib/shared/contract/check'

/** The report of a check that failed. */
export const NO_REPORT: CheckReport = {
  photos: 0,
  copies: [],
  labels: { checked: 0, reason: null, issues: [], mixed_up: [] },
  outliers: [],
  quality: [],
}
