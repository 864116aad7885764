import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { XMLParser } from 'fast-xml-parser'
import yauzl, { type Entry, type Options, type ZipFile } from 'yauzl'
import type { Cell } from '@/lib/shared/workbook/cells'

export interface ReadSheet {
  name: string
  /** By row and column; null for a missing cell. */
  rows: Cell[][]
  /** The raw XML. */
  xml: string
}

const fromBuffer = promisify<Buffer, Options, ZipFile>(yauzl.fromBuffer)

/** Reads a workbook with other libraries than the writer uses. */
export async function readWorkbook(bytes: Uint8Array): Promise<ReadSheet[]> {
  const parts = await partsOf(Buffer.from(bytes))
  const part = (path: string) => parse(parts.get(path) ?? '')
  const targets = new Map<string, string>(
    part('xl/_rels/workbook.xml.rels').Relationships.Relationship.map((each: Attributes) => [each.Id, each.Target]),
  )
  return part('xl/workbook.xml').workbook.sheets.sheet.map((sheet: Attributes) => {
    const xml = parts.get(`xl/${targets.get(sheet['r:id'] ?? '')}`) ?? ''
    return { name: sheet.name, rows: rowsOf(parse(xml).worksheet.sheetData.row), xml }
  })
}

/** The rows of the first sheet as objects, with null for empty cells. */
export async function readRows(bytes: Uint8Array): Promise<Record<string, Cell>[]> {
  const [
    {
      rows: [header = [], ...rows],
    } = { rows: [] },
  ] = await readWorkbook(bytes)
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [String(name), row[at] ?? null])))
}

/** The text of all parts by path. */
export async function partsOf(archive: Buffer): Promise<Map<string, string>> {
  const zip = await fromBuffer(archive, { lazyEntries: true, autoClose: false })
  const parts = new Map<string, string>()
  for (let left = zip.entryCount; left > 0; left--) {
    const entry = await new Promise<Entry>((resolve) => {
      zip.once('entry', resolve)
      zip.readEntry()
    })
    parts.set(entry.fileName, await text(await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry)))
  }
  return parts
}

type Attributes = Record<string, string>
interface CellElement {
  r: string
  t?: string
  v?: string
  is?: { t: string | { '#text'?: string } }
}

function parse(xml: string) {
  const lists = new Set(['row', 'c', 'sheet', 'Relationship'])
  return new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    trimValues: false,
    isArray: (name) => lists.has(name),
  }).parse(xml)
}

function rowsOf(elements: { r: string; c?: CellElement[] }[]): Cell[][] {
  return elements.map(({ r, c = [] }, at) => {
    if (Number(r) !== at + 1) throw new Error(`row ${r} is at position ${at + 1}`)
    const cells: Cell[] = []
    for (const element of c) cells[columnOf(element.r, r)] = valueIn(element)
    return Array.from(cells, (cell) => cell ?? null)
  })
}

function columnOf(reference: string, row: string): number {
  const letters = new RegExp(`^([A-Z])${row}$`).exec(reference)?.[1]
  if (letters === undefined) throw new Error(`${reference} is not a cell of row ${row}`)
  return letters.charCodeAt(0) - 65
}

function valueIn({ t, v, is }: CellElement): Cell {
  if (t === undefined) return Number(v)
  if (t === 'b') return v === '1'
  if (t !== 'inlineStr' || is === undefined) throw new Error(`a cell of type ${t}`)
  const written = typeof is.t === 'string' ? is.t : (is.t['#text'] ?? '')
  return written.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
