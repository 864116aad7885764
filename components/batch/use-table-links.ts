import { useCallback, useRef, useState } from 'react'
import { DEFAULT_VIEW, type TableView } from '@/lib/client/batch/table-view'
import type { PhotoSet } from './check/photo-links'
import { useSavedView } from './use-saved-view'

/** What the table of photos shows, and the ways there from the rest of the page. */
export interface TableLinks {
  view: TableView
  setView(view: TableView): void
  /** Index of the photo in the dialog. */
  open: number | null
  openPhoto(index: number | null): void
  /** Opens a photo from outside of the table, which stays as it is. The focus returns there when it is closed. */
  openBeside(index: number): void
  /** Opens a photo, which the focus returns to when it is closed. The table behind it shows the set. */
  openAmong(index: number, among: PhotoSet): void
  /** Shows a selection of photos in the table. */
  show(part: Partial<TableView>): void
  /** Shows photos in the table, in this order. */
  showSet(photos: PhotoSet): void
  /** The focus moves to the first row whenever this number grows. */
  focusRequest: number
  /** Puts the focus back to where the photo was opened; returns whether that was outside of the table. */
  returnFocus(): boolean
}

const inOrder = ({ files, name }: PhotoSet): Partial<TableView> => ({
  subset: { files: new Set(files), name, ordered: true },
  sort: null,
})

/** @param id of the batch; null until the server knows it */
export function useTableLinks(id: string | null): TableLinks {
  const [{ view, open }, setState] = useSavedView(id)
  const [focusRequest, setFocusRequest] = useState(0)
  const opener = useRef<Element | null>(null)
  // The same function in every render, so that rows aren't rendered again.
  const openPhoto = useCallback((index: number | null) => setState({ open: index }), [setState])
  function show(part: Partial<TableView>): void {
    setState({ view: { ...DEFAULT_VIEW, sort: view.sort, ...part } })
    setFocusRequest(focusRequest + 1)
    document.getElementById('photos')?.scrollIntoView({ block: 'start' })
  }
  return {
    view,
    setView: (next) => setState({ view: next }),
    open,
    openPhoto,
    openBeside(index) {
      opener.current = document.activeElement
      setState({ open: index })
    },
    openAmong(index, among) {
      opener.current = document.activeElement
      setState({ view: { ...DEFAULT_VIEW, ...inOrder(among) }, open: index })
    },
    show,
    showSet(photos) {
      setState({ open: null })
      show(inOrder(photos))
    },
    focusRequest,
    returnFocus() {
      const element = opener.current
      opener.current = null
      if (!(element instanceof HTMLElement) || !element.isConnected) return false
      element.focus({ preventScroll: true })
      return true
    },
  }
}
