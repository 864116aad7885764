import type { CheckReport, PhotoCheck } from '../contract/check'
import { NOTHING_FOUND } from './checked-rows'

/** What a report says about each photo, by file name. Photos about which nothing was found are left out. */
export function checksOfReport({ copies, labels, quality }: CheckReport): Map<string, PhotoCheck> {
  const checks = new Map<string, PhotoCheck>()
  const add = (file: string, part: Partial<PhotoCheck>) =>
    checks.set(file, { ...NOTHING_FOUND, ...checks.get(file), ...part })
  for (const [at, group] of copies.entries()) {
    add(group.kept, { copy_group: at + 1 })
    for (const file of group.copies) add(file, { copy_group: at + 1, near_copy_of: group.kept })
  }
  for (const { file, score, suggested } of labels.issues) add(file, { label_issue: score, suggested_label: suggested })
  for (const { file, issues } of quality) add(file, { quality: issues })
  return checks
}
