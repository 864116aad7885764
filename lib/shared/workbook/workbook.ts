import { type Cell, rowElement } from './cells'
import { BOLD, type Column, FIRST_PARTS, lastParts, type Sheet, sheetHead, sheetPath, sheetTail } from './parts'

/** A table for a workbook. */
export interface Table {
  /** Name of the sheet: at most 20 letters and digits. Further sheets are named `name 2`, `name 3`. */
  name: string
  columns: readonly Column[]
  rows: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>
}

/** Limits after which rows continue on the next sheet. */
export interface SheetLimits {
  /** Including the header. */
  rows: number
  /** Size of the XML. */
  bytes: number
}

/**
 * Excel's row limit. An entry must also stay below 4 GiB: with ZIP64 extensions, Excel opens files only after a
 * repair.
 */
const LIMITS: SheetLimits = { rows: 1_048_576, bytes: 3 * 2 ** 30 }
/** Size of an XML chunk, in UTF-16 code units. */
const CHUNK_LENGTH = 1 << 16
/** 1980-01-01 in ZIP format: the same rows always give the same bytes. */
const ENTRY = { rawLastModDate: 0x00210000, extendedTimestamp: false, zip64: false, useWebWorkers: false }

const encoder = new TextEncoder()

/**
 * Streams an Excel workbook (Office Open XML) in constant memory, consuming rows as fast as it is read. Cancelling it
 * closes the rows; it fails if the rows fail.
 */
export function workbook({ rows, ...table }: Table, limits: SheetLimits = LIMITS): ReadableStream<Uint8Array> {
  const remaining = new RemainingRows(rows)
  let controller: TransformStreamDefaultController<Uint8Array> | undefined
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start(own) {
      controller = own
    },
  })
  write(table, remaining, limits, writable)
    .catch((reason) => controller?.error(reason))
    .finally(() => remaining.close())
    // The reader already has the rows or the error.
    .catch(() => {})
  return readable
}

async function write(
  { name, columns }: Omit<Table, 'rows'>,
  remaining: RemainingRows,
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
    await add(sheetPath(sheets.length), sheetPieces(sheet, columns, remaining, limits, first))
    sheets.push(sheet)
  } while (await remaining.some())
  for (const [path, xml] of lastParts(sheets, columns.length)) await add(path, once(xml))
  await zip.close()
}

/** Counts the rows it writes in `sheet.rows`. */
async function* sheetPieces(
  sheet: Sheet,
  columns: readonly Column[],
  remaining: RemainingRows,
  limits: SheetLimits,
  selected: boolean,
): AsyncGenerator<Uint8Array> {
  sheet.rows = 1
  let bytes = 0
  const header = columns.map((column) => column.name)
  let xml = sheetHead(columns, selected) + rowElement(1, header, BOLD)
  while (sheet.rows < limits.rows && bytes < limits.bytes) {
    const row = await remaining.next()
    if (row === null) break
    xml += rowElement(++sheet.rows, row)
    if (xml.length < CHUNK_LENGTH) continue
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

/** Produces nothing before it is read. */
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

/** An iterator of rows that continues from one sheet to the next. */
class RemainingRows {
  private readonly iterator: AsyncIterator<readonly Cell[]> | Iterator<readonly Cell[]>
  private ahead: readonly Cell[] | null = null
  private ended = false

  constructor(rows: Table['rows']) {
    this.iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  }

  /** Null after the last row. */
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
