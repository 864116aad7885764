import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual'
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useState } from 'react'
import type { BatchItem } from '@/lib/client/batch/items'

interface RovingRow {
  /** Position of the row that is the table's tab stop. */
  position: number
  /** Which rows to render: those in sight and the tab stop, which may be out of sight. */
  rangeExtractor(range: Range): number[]
  /** Makes the row of a photo the tab stop, by the photo's index. */
  setCurrent(index: number): void
  /** Moves the focus to the row at a position; to the table if there are no rows. */
  focus(position: number): void
  /** Moves by the arrow keys, Home, End, Page Up and Page Down. */
  handleKey(event: KeyboardEvent): void
}

/** Makes a table of thousands of photos one tab stop: keys move from row to row. */
export function useRovingRow(
  rows: readonly BatchItem[],
  scroller: RefObject<HTMLElement | null>,
  rowHeight: number,
): RovingRow {
  const [current, setCurrent] = useState(-1)
  const [wanted, setWanted] = useState<{ index: number | null } | null>(null)
  const position = Math.max(
    0,
    rows.findIndex(({ index }) => index === current),
  )
  // The wanted row may be rendered only now.
  useEffect(() => {
    if (wanted) focusRow(scroller.current, wanted.index)
  }, [wanted, scroller])
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indices = defaultRangeExtractor(range)
      if (position < range.count && !indices.includes(position)) indices.push(position)
      return indices.sort((a, b) => a - b)
    },
    [position],
  )
  function focus(to: number): void {
    const row = rows[Math.min(Math.max(to, 0), rows.length - 1)]
    if (row) setCurrent(row.index)
    setWanted({ index: row?.index ?? null })
  }
  function handleKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    const to = targetOf(event.key, position, page, rows.length - 1)
    if (to === null) return
    event.preventDefault()
    focus(to)
  }
  return { position, rangeExtractor, setCurrent, focus, handleKey }
}

/** The row that a key leads to; null for other keys. */
function targetOf(key: string, from: number, page: number, last: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return from + 1
    case 'ArrowUp':
      return from - 1
    case 'PageDown':
      return from + page
    case 'PageUp':
      return from - page
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}

/** Scrolls no further than the row needs. */
function focusRow(table: HTMLElement | null, index: number | null): void {
  const button = table?.querySelector<HTMLElement>(`[data-photo="${index}"]`)
  const target = button ?? table
  target?.focus({ preventScroll: true })
  button?.closest('tr')?.scrollIntoView({ block: 'nearest' })
}
