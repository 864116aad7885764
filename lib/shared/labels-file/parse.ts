import { LabelsError } from './decode'
import { readDelimited } from './delimited'
import { readJson, readJsonLines } from './json'
import type { LabelsTable } from './table'

/**
 * A file of labels as a table, by what stands in it; its name does not matter.
 *
 * @throws LabelsError where it is none
 */
export async function parseLabels(text: string): Promise<LabelsTable> {
  const start = /^\uFEFF?\s*(\S)/.exec(text.slice(0, 10_000))?.[1]
  if (start === undefined) throw new LabelsError('empty', 'It is empty.')
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

/** One object alone on one line may be either; lines, if it is a record. */
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

/** Whether a file that somebody gives may hold labels, by its name: any text. What lies among photos and is never one of them is `isLabelsName`. */
export function mayHoldLabels(name: string): boolean {
  return NAMES.test(name)
}
