import type { ResultRow } from '@/lib/shared/results/columns'
import type { JobBackend } from '../../jobs/backend'
import { invalidCursor } from '../../jobs/problems'

/** Rows per page. */
export const DEFAULT_PAGE_ROWS = 1000
export const MAX_PAGE_ROWS = 10_000
/** Results read for a page. If few have the requested status, the page ends before it is full. */
const MAX_SCANNED = 20_000
/** Labels of all rows of a page: the whole page is in memory. */
const MAX_LABELS = 200_000

export const MAX_CURSOR_LENGTH = 200
/** Characters of a job's ID in its cursors, so that a cursor of another job is recognized. */
const ID_CHARS = 8

export interface Page {
  rows: ResultRow[]
  /** The cursor after the last row. */
  next: string
  /** Whether the job has ended and this is its last page. */
  last: boolean
}

/**
 * A page of results in the order in which photos finish. A client that continues with `next` gets each row that counts
 * once, even while new rows arrive. If failed photos are retried, their new rows come as well.
 *
 * @param cursor of an earlier page, or '' for the first
 * @param limit maximum rows; a page may have fewer, or none, without being the last
 * @throws Problem `unknown_job`, `invalid_parameter`, `conflict`
 */
export async function pageOf(
  jobs: JobBackend,
  id: string,
  {
    cursor,
    limit = DEFAULT_PAGE_ROWS,
    status,
  }: { cursor: string; limit?: number | undefined; status?: ResultRow['status'] | undefined },
): Promise<Page> {
  // Read before the rows: if the job had ended by then, no rows come later.
  const { state, top_k } = await jobs.view(id)
  const most = Math.max(1, Math.min(limit, MAX_PAGE_ROWS, Math.floor(MAX_LABELS / top_k)))
  let position = parseCursor(cursor, id)
  const rows: ResultRow[] = []
  let scanned = 0
  for await (const { value, next } of await jobs.resultsSince(id, position)) {
    position = next
    if (status === undefined || value.row.status === status) rows.push({ ...value.row, index: value.index })
    if (rows.length >= most || ++scanned >= MAX_SCANNED) return { rows, next: cursorOf(id, position), last: false }
  }
  return { rows, next: cursorOf(id, position), last: state === 'done' || state === 'cancelled' }
}

function cursorOf(id: string, position: string): string {
  return position === '' ? '' : Buffer.from(`${id.slice(0, ID_CHARS)}:${position}`).toString('base64url')
}

/** @throws Problem `invalid_parameter` */
function parseCursor(cursor: string, id: string): string {
  if (cursor === '') return ''
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const mark = `${id.slice(0, ID_CHARS)}:`
  if (!text.startsWith(mark) || text.length === mark.length) throw invalidCursor()
  return text.slice(mark.length)
}
