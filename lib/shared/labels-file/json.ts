import { LabelsError } from './decode'
import { cocoRecords, datumaroRecords, labelStudioRecords } from './json-exports'
import { isList, isObject, type Json, type JsonObject, word } from './json-value'
import { type LabelsTable, tableOfRecords } from './table'

const MAX_DEPTH = 4

/**
 * Reads a JSON file: an export of Label Studio, COCO or Datumaro, a list of records or pairs, or an object from names
 * to labels.
 *
 * @throws LabelsError for anything else
 */
export function readJson(text: string): LabelsTable {
  const value = parse(text)
  if (isObject(value)) {
    if (isList(value.images) && isList(value.annotations)) return tableOfRecords('coco', cocoRecords(value))
    if (isList(value.items) && isObject(value.categories)) return tableOfRecords('datumaro', datumaroRecords(value))
    const list = Object.values(value).filter((entry) => isList(entry) && entry.length > 0)
    if (list.length === 1 && isList(list[0])) return tableFromList(list[0])
    return tableFromPairs(Object.entries(value))
  }
  if (isList(value)) return tableFromList(value)
  throw noRecords()
}

/** Reads JSON Lines, one object per line, such as Hugging Face's `metadata.jsonl`. @throws LabelsError */
export function readJsonLines(text: string): LabelsTable {
  const records = text.split(/\r\n|\r|\n/).map((line, at) => {
    if (line.trim() === '') return new Map<string, string>()
    const value = parse(line, at + 1)
    if (!isObject(value)) throw new LabelsError('no_records', `Line ${at + 1} isn’t a JSON object.`)
    return flatten(value)
  })
  return tableOfRecords('json_lines', records, 1)
}

function tableFromList(list: readonly Json[]): LabelsTable {
  if (list.every(isObject)) {
    const tasks = list.some(({ data, annotations }) => isObject(data) && isList(annotations))
    return tasks ? tableOfRecords('label_studio', labelStudioRecords(list)) : tableOfRecords('json', list.map(flatten))
  }
  if (list.every(isList)) {
    const rows = list.map((cells) => cells.map(word))
    return { format: 'json', delimiter: null, names: null, rows, firstLine: null }
  }
  throw noRecords()
}

function tableFromPairs(pairs: readonly [string, Json][]): LabelsTable {
  if (pairs.length === 0 || pairs.some(([, value]) => isObject(value))) throw noRecords()
  const rows = pairs.map(([name, value]) => [name, word(value)])
  return { format: 'json', delimiter: null, names: ['file', 'label'], rows, firstLine: null }
}

/** Flattens a record: `{ image: { path } }` becomes `image.path`. */
function flatten(record: JsonObject): Map<string, string> {
  const fields = new Map<string, string>()
  const go = (value: JsonObject, before: string, depth: number) => {
    for (const [name, entry] of Object.entries(value)) {
      if (!isObject(entry)) fields.set(before + name, word(entry))
      else if (depth < MAX_DEPTH) go(entry, `${before}${name}.`, depth + 1)
    }
  }
  go(record, '', 1)
  return fields
}

function parse(text: string, line?: number): Json {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json
  } catch {
    throw new LabelsError('not_json', line ? `Line ${line} isn’t valid JSON.` : 'The file isn’t valid JSON.')
  }
}

const noRecords = () => new LabelsError('no_records', 'The file has no list of photos with labels.')
