import type { CheckReport } from '@/lib/shared/contract/check'
import type { QualityIssue } from '@/lib/shared/dataset-check/quality'

/** Lines of each list that are shown; `--json` and `--out` have all. */
const SHOWN = 10

const QUALITY: Record<QualityIssue, string> = {
  tiny: 'tiny',
  too_dark: 'too dark',
  too_bright: 'too bright',
  low_contrast: 'low contrast',
  blurred: 'blurred',
}

/** Instead of the labels of a photo that has none. */
const NONE = '(none)'

/** The report for a terminal. @param all number of photos, with those that failed */
export function reportText(report: CheckReport, all: number): string {
  const { outliers, quality } = report
  return [
    `Checked ${report.photos} of ${all} photos.`,
    ...copies(report),
    ...labels(report),
    ...section(counted(outliers, 'photo far from all others', 'photos far from all others'), outliers, (one) => {
      return `${one.distance.toFixed(2)}  ${one.file}`
    }),
    ...section(counted(quality, 'photo of low quality', 'photos of low quality'), quality, ({ file, issues }) => {
      return `${file}  ${issues.map((issue) => QUALITY[issue]).join(', ')}`
    }),
  ].join('\n')
}

function copies({ copies: groups }: CheckReport): string[] {
  const leaks = groups.filter(({ leak }) => leak !== null)
  return [
    ...section(counted(groups, 'group of copies', 'groups of copies'), groups, (group) => {
      const several = group.labels ? `  labels: ${group.labels.join(', ')}` : ''
      return `${group.kept}  =  ${shortened(group.copies)}${several}`
    }),
    ...(leaks.length === 0 ? [] : leakSection(leaks)),
  ]
}

function leakSection(leaks: CheckReport['copies']): string[] {
  const title = `${counted(leaks, 'leak: copies', 'leaks: copies')} in several parts of the data set`
  return section(title, leaks, ({ leak, kept, copies: others }) => {
    return `${leak?.join(', ')}: ${shortened([kept, ...others])}`
  })
}

function labels({ labels: { checked, reason, issues, mixed_up } }: CheckReport): string[] {
  if (reason !== null) return ['', `Labels were not checked. ${reason}`]
  const score = (value: number) => `${Math.round(100 * value)} %`.padStart(5)
  const labeled = issues.length > 1 ? 'photos have labels that look wrong' : 'photos has a label that looks wrong'
  return [
    ...section(`${issues.length || 'None'} of ${checked} ${labeled}`, issues, (issue) => {
      return `${score(issue.score)}  ${issue.file}  ${issue.label || NONE} → ${issue.suggested || NONE}`
    }),
    ...(mixed_up.length === 0 ? [] : mixedUpSection(mixed_up)),
  ]
}

function mixedUpSection(pairs: CheckReport['labels']['mixed_up']): string[] {
  const title = counted(pairs, 'pair of labels is mixed up', 'pairs of labels are mixed up')
  return section(title, pairs, ({ label, looks_like, photos }) => {
    return `${String(photos).padStart(5)}  ${label} → ${looks_like}`
  })
}

function counted(list: readonly unknown[], one: string, many: string): string {
  return `${list.length || 'No'} ${list.length === 1 ? one : many}`
}

function section<T>(title: string, list: readonly T[], line: (item: T) => string): string[] {
  const lines = list.slice(0, SHOWN).map((item) => `  ${line(item)}`)
  const rest = list.length > SHOWN ? [`  … and ${list.length - SHOWN} more`] : []
  return ['', `${title}${list.length === 0 ? '.' : ':'}`, ...lines, ...rest]
}

/** The first files of a group. */
function shortened(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(', ')
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown
}
