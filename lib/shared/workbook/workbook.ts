import { type Cell, rowElement } from './cells'
import { BOLD, type Column, FIRST_PARTS, lastParts, type Sheet, sheetHead, sheetPath, sheetTail } from './parts'

/** A table for a workbook. */
export interface Table {
  /** Of its sheet: letters and digits, 20 at most. Further sheets are called `name 2`, `name 3`. */
  name: string
  columns: readonly Column[]
  rows: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>
}

/** Where a sheet ends and the rows go on in the next. */
export interface SheetLimits {
  /** With the header. */
  rows: number
  /** Of its XML. */
  bytes: number
}

/** Excel takes so many rows; and without the extensions of ZIP64, with which it opens files only after a repair, an entry is below 4 GiB. */
const LIMITS: SheetLimits = { rows: 1_048_576, bytes: 3 * 2 ** 30 }
/** XML that is handed on at once, in UTF-16 units. */
const PIECE = 1 << 16
/** 1980-01-01, as ZIP writes times: the same rows are the same bytes whenever they are written. */
const ENTRY = { rawLastModDate: 0x00210000, extendedTimestamp: false, zip64: false, useWebWorkers: false }

const encoder = new TextEncoder()

/**
 * An Excel workbook (Office Open XML) as a stream that takes rows as fast as it is read, in constant memory. Cancelled, it closes the rows;
 * where the rows fail it fails.
 */
export function workbook({ rows, ...table }: Table, limits: SheetLimits = LIMITS): ReadableStream<Uint8Array> {
  const left = new RowsLeft(rows)
  let controller: TransformStreamDefaultController<Uint8Array> | undefined
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start(own) {
      controller = own
    },
  })
  write(table, left, limits, writable)
    .catch((reason) => controller?.error(reason))
    .finally(() => left.close())
    // Whoever read has the rows by then, or has been told why not.
    .catch(() => {})
  return readable
}

async function write(
  { name, columns }: Omit<Table, 'rows'>,
  left: RowsLeft,
  limits: SheetLimits,
  out: WritableStream,
): Promise<void> {
  const { ZipWriter } = await import('@zip.js/zip.js/lib/zip-core-writer.js')
  const zip = new ZipWriter(out)
  const add = (path: string, pieces: AsyncGenerator<Uint8Array>) => zip.add(path, streamOf(pieces), ENTRY)
  for (const [path, xml] of FIRST_PARTS) await add(path, once(xml))
  const sheets: Sheet[] = []
  do {
    const first = sheets.length === 0
    const sheet: Sheet = { name: first ? name : `${name} ${sheets.length + 1}`, rows: 0 }
    await add(sheetPath(sheets.length), sheetPieces(sheet, columns, left, limits, first))
    sheets.push(sheet)
  } while (await left.some())
  for (const [path, xml] of lastParts(sheets, columns.length)) await add(path, once(xml))
  await zip.close()
}

/** Counts what it writes in `sheet.rows`. */
async function* sheetPieces(
  sheet: Sheet,
  columns: readonly Column[],
  left: RowsLeft,
  limits: SheetLimits,
  selected: boolean,
): AsyncGenerator<Uint8Array> {
  sheet.rows = 1
  let bytes = 0
  const header = columns.map((column) => column.name)
  let xml = sheetHead(columns, selected) + rowElement(1, header, BOLD)
  while (sheet.rows < limits.rows && bytes < limits.bytes) {
    const row = await left.next()
    if (row === null) break
    xml += rowElement(++sheet.rows, row)
    if (xml.length < PIECE) continue
    const piece = encoder.encode(xml)
    xml = ''
    bytes += piece.length
    yield piece
  }
  yield encoder.encode(xml + sheetTail(columns.length, sheet.rows))
}

async function* once(xml: string): AsyncGenerator<Uint8Array> {
  yield encoder.encode(xml)
}

/** Makes nothing before it is asked for. */
function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Rows that one sheet takes up where another left them. */
class RowsLeft {
  private readonly iterator: AsyncIterator<readonly Cell[]> | Iterator<readonly Cell[]>
  private ahead: readonly Cell[] | null = null
  private ended = false

  constructor(rows: Table['rows']) {
    this.iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  }

  /** Null after the last. */
  async next(): Promise<readonly Cell[] | null> {
    const { ahead } = this
    this.ahead = null
    return ahead ?? this.take()
  }

  async some(): Promise<boolean> {
    this.ahead ??= await this.take()
    return this.ahead !== null
  }

  async close(): Promise<void> {
    if (this.ended) return
    this.ended = true
    await this.iterator.return?.()
  }

  private async take(): Promise<readonly Cell[] | null> {
    if (this.ended) return null
    const { done, value } = await this.iterator.next()
    if (!done) return value
    this.ended = true
    return null
  }
}
