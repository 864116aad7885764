import { LabelsError } from './decode'
import { cocoRecords, datumaroRecords, labelStudioRecords } from './json-exports'
import { isList, isObject, type Json, type JsonObject, word } from './json-value'
import { type LabelsTable, tableOfRecords } from './table'

const DEEPEST = 4

/**
 * A JSON file: exports of Label Studio, COCO and Datumaro, lists of records or pairs, an object of names and labels.
 *
 * @throws LabelsError where it is none of these
 */
export function readJson(text: string): LabelsTable {
  const value = parse(text)
  if (isObject(value)) {
    if (isList(value.images) && isList(value.annotations)) return tableOfRecords('coco', cocoRecords(value))
    if (isList(value.items) && isObject(value.categories)) return tableOfRecords('datumaro', datumaroRecords(value))
    const list = Object.values(value).filter((entry) => isList(entry) && entry.length > 0)
    if (list.length === 1 && isList(list[0])) return fromList(list[0])
    return fromPairs(Object.entries(value))
  }
  if (isList(value)) return fromList(value)
  throw noRecords()
}

/** JSON, one object a line, as in `metadata.jsonl` of Hugging Face. @throws LabelsError */
export function readJsonLines(text: string): LabelsTable {
  const records = text.split(/\r\n|\r|\n/).map((line, at) => {
    if (line.trim() === '') return new Map<string, string>()
    const value = parse(line, at + 1)
    if (!isObject(value)) throw new LabelsError('no_records', `Line ${at + 1} is not a JSON object.`)
    return flat(value)
  })
  return tableOfRecords('json_lines', records, 1)
}

function fromList(list: readonly Json[]): LabelsTable {
  if (list.every(isObject)) {
    const tasks = list.some(({ data, annotations }) => isObject(data) && isList(annotations))
    return tasks ? tableOfRecords('label_studio', labelStudioRecords(list)) : tableOfRecords('json', list.map(flat))
  }
  if (list.every(isList)) {
    const rows = list.map((cells) => cells.map(word))
    return { format: 'json', delimiter: null, names: null, rows, firstLine: null }
  }
  throw noRecords()
}

function fromPairs(pairs: readonly [string, Json][]): LabelsTable {
  if (pairs.length === 0 || pairs.some(([, value]) => isObject(value))) throw noRecords()
  const rows = pairs.map(([name, value]) => [name, word(value)])
  return { format: 'json', delimiter: null, names: ['file', 'label'], rows, firstLine: null }
}

/** The fields of a record, of those within it too: `{ image: { path } }` has `image.path`. */
function flat(record: JsonObject): Map<string, string> {
  const fields = new Map<string, string>()
  const go = (value: JsonObject, before: string, depth: number) => {
    for (const [name, entry] of Object.entries(value)) {
      if (!isObject(entry)) fields.set(before + name, word(entry))
      else if (depth < DEEPEST) go(entry, `${before}${name}.`, depth + 1)
    }
  }
  go(record, '', 1)
  return fields
}

function parse(text: string, line?: number): Json {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json
  } catch {
    throw new LabelsError('not_json', line ? `Line ${line} is not JSON.` : 'It is not JSON.')
  }
}

const noRecords = () => new LabelsError('no_records', 'It has no list of photos with labels.')
