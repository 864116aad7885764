import { LabelsError } from './decode'
import { readDelimited } from './delimited'
import { readJson, readJsonLines } from './json'
import type { LabelsTable } from './table'

/**
 * Parses a labels file into a table. The format is detected from the content, not from the name.
 *
 * @throws LabelsError if it isn't a labels file
 */
export async function parseLabels(text: string): Promise<LabelsTable> {
  const start = /^\uFEFF?\s*(\S)/.exec(text.slice(0, 10_000))?.[1]
  if (start === undefined) throw new LabelsError('empty', 'The file is empty.')
  // Imported here, since pages that only check file names shouldn't load a schema and an XML parser.
  if (start === '<') return (await import('./cvat')).readCvat(text)
  if (start === '{' && /^\uFEFF?\s*\{.*\}[ \t]*\r?(\n\s*\{|\n\s*$|$)/.test(firstLines(text))) return linesOrWhole(text)
  if (start === '[' || start === '{') return readJson(text)
  return readDelimited(text)
}

function firstLines(text: string): string {
  const first = text.indexOf('\n', text.search(/\S/))
  return first < 0 ? text : text.slice(0, first + 200)
}

/** A single object on one line may be either: JSON Lines if it is a record. */
function linesOrWhole(text: string): LabelsTable {
  const oneLine = text.trim().indexOf('\n') < 0
  if (!oneLine) return readJsonLines(text)
  try {
    return readJson(text)
  } catch {
    return readJsonLines(text)
  }
}

const NAMES = /\.(csv|tsv|tab|txt|lst|jsonl?|ndjson|xml)$/i

/**
 * Whether a file that the user selected may contain labels, by its name: any text file. `isLabelsFileName` is stricter,
 * for files found among photos.
 */
export function mayHoldLabels(name: string): boolean {
  return NAMES.test(name)
}
