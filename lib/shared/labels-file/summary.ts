import type { MatchedLabels } from './match-labels'

const EXAMPLES = 3

/** The first names of a list for a line of text, and the number of the rest. */
export function firstNames(names: readonly string[]): { names: string; more: number } {
  return { names: names.slice(0, EXAMPLES).join(', '), more: Math.max(0, names.length - EXAMPLES) }
}

/** Some names for a line of text: "a.jpg, b.jpg, c.jpg and 7 more". */
export function examples(all: readonly string[]): string {
  const { names, more } = firstNames(all)
  return more > 0 ? `${names} and ${more.toLocaleString('en')} more` : names
}

/** Summarizes the match in one line: "file = image_id, label = breed, 998 of 1,000 matched". */
export function describeMatch({ columns, file, label, kind, matched, lines }: Omit<MatchedLabels, 'labels'>): string {
  const count = (number: number) => number.toLocaleString('en')
  const how = kind === 'indices' ? ' (class index)' : ''
  return `file = ${columns[file]}, label = ${columns[label]}${how}, ${count(matched)} of ${count(lines)} matched`
}

/** Warnings about lines that were not used, one per line of text. */
export function labelWarnings({
  unused,
  ambiguous,
  bad,
}: Pick<MatchedLabels, 'unused' | 'ambiguous' | 'bad'>): string[] {
  const warnings: string[] = []
  const addWarning = (list: readonly string[], one: string, many: string) => {
    if (list.length > 0)
      warnings.push(`${list.length.toLocaleString('en')} ${list.length === 1 ? one : many}: ${examples(list)}`)
  }
  addWarning(unused, 'label without a photo', 'labels without a photo')
  addWarning(
    ambiguous.map(({ file, photos }) => `${file} (${photos.slice(0, 2).join(' or ')})`),
    'ambiguous name',
    'ambiguous names',
  )
  const of = (reason: (typeof bad)[number]['reason']) =>
    bad.filter((one) => one.reason === reason).map(({ line, file }) => `line ${line}${file && ` ${file}`}`)
  addWarning(
    of('twice'),
    'line has a different label for the same photo',
    'lines have a different label for the same photo',
  )
  addWarning(of('several'), 'line with several labels', 'lines with several labels')
  addWarning(of('no_file'), 'line without a file', 'lines without a file')
  addWarning(of('no_label'), 'line without a label', 'lines without a label')
  return warnings
}
