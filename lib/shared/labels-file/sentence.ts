import type { LabelsReading } from './understand'

const EXAMPLES = 3

/** The first names of many, for a line of text, and how many there are besides. */
export function firstNames(names: readonly string[]): { names: string; more: number } {
  return { names: names.slice(0, EXAMPLES).join(', '), more: Math.max(0, names.length - EXAMPLES) }
}

/** Some of them, for a line of text: "a.jpg, b.jpg, c.jpg and 7 more". */
export function examples(all: readonly string[]): string {
  const { names, more } = firstNames(all)
  return more > 0 ? `${names} and ${more.toLocaleString('en')} more` : names
}

/** What was understood, in one line: "file = image_id, label = breed, 998 of 1,000 matched". */
export function understood({ columns, file, label, kind, matched, lines }: LabelsReading): string {
  const count = (number: number) => number.toLocaleString('en')
  const how = kind === 'indices' ? ' (class index)' : ''
  return `file = ${columns[file]}, label = ${columns[label]}${how}, ${count(matched)} of ${count(lines)} matched`
}

/** What the reader should know of lines that were not used, a line of text each. */
export function labelWarnings({ unused, ambiguous, bad }: LabelsReading): string[] {
  const said: string[] = []
  const say = (list: readonly string[], one: string, many: string) => {
    if (list.length > 0)
      said.push(`${list.length.toLocaleString('en')} ${list.length === 1 ? one : many}: ${examples(list)}`)
  }
  say(unused, 'label has no photo', 'labels have no photo')
  say(
    ambiguous.map(({ file, photos }) => `${file} (${photos.slice(0, 2).join(' or ')})`),
    'name is ambiguous',
    'names are ambiguous',
  )
  const of = (reason: (typeof bad)[number]['reason']) =>
    bad.filter((one) => one.reason === reason).map(({ line, file }) => `line ${line}${file && ` ${file}`}`)
  say(of('twice'), 'line gives a photo a second, different label', 'lines give a photo a second, different label')
  say(of('several'), 'line has several labels', 'lines have several labels')
  say(of('no_file'), 'line has no file', 'lines have no file')
  say(of('no_label'), 'line has no label', 'lines have no label')
  return said
}
