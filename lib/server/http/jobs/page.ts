import type { ResultRow } from '@/lib/shared/results/columns'
import type { Jobs } from '../../jobs/jobs'
import { noPlace } from '../../jobs/new-spec'

/** Rows of a page. */
export const USUAL_PAGE = 1000
export const MOST_PAGE = 10_000
/** Results that are looked at for a page: where few have the status that is asked for, it ends before it is full. */
const MOST_LOOKED_AT = 20_000
/** Labels of a page's rows together: it is in memory whole. */
const MOST_LABELS = 200_000

export const LONGEST_CURSOR = 200
/** Letters of a job's id in its cursors, so that another job's is known. */
const ID_LETTERS = 8

export interface Page {
  rows: ResultRow[]
  /** The cursor behind the last row. */
  next: string
  /** Whether the job has ended and this was all. */
  last: boolean
}

/**
 * A page of results in the order of their being done. Whoever goes on with `next` gets each row that counts once, also while rows come; where failed photos were
 * run again, their new rows come as well.
 *
 * @param cursor of an earlier page, or '' for the first
 * @param limit rows at most; a page may have fewer, or none, and not be the last
 * @throws Problem `unknown_job`, `invalid_parameter`, `conflict`
 */
export async function pageOf(
  jobs: Jobs,
  id: string,
  {
    cursor,
    limit = USUAL_PAGE,
    status,
  }: { cursor: string; limit?: number | undefined; status?: ResultRow['status'] | undefined },
): Promise<Page> {
  // Before the rows: of a job that had ended by then, none comes later.
  const { state, top_k } = await jobs.view(id)
  const most = Math.max(1, Math.min(limit, MOST_PAGE, Math.floor(MOST_LABELS / top_k)))
  let place = placeIn(cursor, id)
  const rows: ResultRow[] = []
  let looked = 0
  for await (const { value, next } of await jobs.resultsSince(id, place)) {
    place = next
    if (status === undefined || value.row.status === status) rows.push({ ...value.row, index: value.index })
    if (rows.length >= most || ++looked >= MOST_LOOKED_AT) return { rows, next: cursorOf(id, place), last: false }
  }
  return { rows, next: cursorOf(id, place), last: state === 'done' || state === 'cancelled' }
}

function cursorOf(id: string, place: string): string {
  return place === '' ? '' : Buffer.from(`${id.slice(0, ID_LETTERS)}:${place}`).toString('base64url')
}

/** @throws Problem `invalid_parameter` */
function placeIn(cursor: string, id: string): string {
  if (cursor === '') return ''
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const mark = `${id.slice(0, ID_LETTERS)}:`
  if (!text.startsWith(mark) || text.length === mark.length) throw noPlace()
  return text.slice(mark.length)
}
