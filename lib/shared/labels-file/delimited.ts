import Papa from 'papaparse'
import { isPhotoName, PHOTO_EXTENSION } from '../files/photo-name'
import type { LabelsTable } from './table'

/** In order of preference. Spaces come last, because names and labels contain them. */
const DELIMITERS = ['\t', ';', ',', '|', ' '] as const
const SAMPLE_LINES = 50

/**
 * Splits text into rows of cells. Picks the delimiter that splits the first lines into the same number of cells, one
 * of them a photo's name. Works with a single line.
 */
export function readDelimited(text: string): LabelsTable {
  const declared = /^\uFEFF?"?sep=(.)"?\r?\n/i.exec(text)
  const body = declared ? text.slice(declared[0].length) : text.replace(/^\uFEFF/, '')
  const delimiter = declared?.[1] ?? detectDelimiter(body)
  return { format: 'delimited', delimiter, names: null, rows: split(body, delimiter), firstLine: declared ? 2 : 1 }
}

function split(text: string, delimiter: string, lines = 0): string[][] {
  if (delimiter === ' ')
    return (lines ? text.split(/\r\n|\r|\n/, lines) : text.split(/\r\n|\r|\n/)).map(splitAtWhitespace)
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, preview: lines })
  // An unclosed quote would swallow the rest of the file, so in such a file quotes are literal.
  if (!errors.some(({ type }) => type === 'Quotes')) return data
  const plain = Papa.parse<string[]>(text, { delimiter, preview: lines, quoteChar: '\0' }).data
  return plain.map((cells) => cells.map((cell) => cell.replace(/^\s*"(.*)"\s*$/, '$1').replaceAll('""', '"')))
}

const NAMED = new RegExp(`^(.+?\\.(?:${PHOTO_EXTENSION}))\\s+(.+)$`, 'i')

/**
 * ImageNet's `val.txt`: a name, spaces, the rest. Names with spaces end at their extension or before a final number.
 */
function splitAtWhitespace(line: string): string[] {
  const text = line.trim()
  const [, name, rest] = NAMED.exec(text) ?? /^(.+?)\s+(\d+)$/.exec(text) ?? /^(\S+)\s+(.+)$/.exec(text) ?? []
  return name === undefined || rest === undefined ? [text] : [name, rest]
}

function detectDelimiter(text: string): string {
  // A line cut in the middle would look like a row with fewer cells.
  const head = text.slice(0, 100_000)
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of DELIMITERS) {
    const rows = split(head, delimiter, SAMPLE_LINES).filter((cells) => cells.some((cell) => cell.trim() !== ''))
    const score = delimiterScore(rows, delimiter)
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

/** From 0, if nothing is split, to 2: the same number of cells in each row, and photos in a column of their own. */
function delimiterScore(rows: readonly (readonly string[])[], delimiter: string): number {
  const counts = new Map<number, number>()
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1)
  const [width = 0, frequent = 0] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? []
  if (width < 2) return 0
  const same = frequent / rows.length
  const named = rows.filter((cells) => cells.some((cell) => isPhotoName(cell.trim()))).length / rows.length
  // Any two words split at a space, so that alone is weak evidence.
  return named + same * (delimiter === ' ' ? 0.5 : 1)
}
