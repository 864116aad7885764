import { DEFAULT_VIEW, type Subset, type TableView } from './table-view'

/** What a tab shows of a batch. */
export interface BatchViewState {
  view: TableView
  /** Index of the photo in the dialog. */
  open: number | null
}

type SavedView = Omit<TableView, 'subset'> & { subset: (Omit<Subset, 'files'> & { files: string[] }) | null }

const keyOf = (id: string) => `vision-batch-view ${id}`

/** What this tab showed of a batch before it was reloaded or left; by default all photos. */
export function readView(id: string | null): BatchViewState {
  try {
    const saved = id === null ? null : sessionStorage.getItem(keyOf(id))
    if (saved === null) return { view: DEFAULT_VIEW, open: null }
    const { view, open } = JSON.parse(saved) as { view: SavedView; open: number | null }
    const subset = view.subset && { ...view.subset, files: new Set(view.subset.files) }
    return { view: { ...DEFAULT_VIEW, ...view, subset }, open }
  } catch {
    return { view: DEFAULT_VIEW, open: null }
  }
}

/** Keeps what the tab shows of a batch, until the tab is closed. */
export function saveView(id: string, { view, open }: BatchViewState): void {
  const subset = view.subset && { ...view.subset, files: [...view.subset.files] }
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify({ view: { ...view, subset }, open }))
  } catch {
    // Without storage, or with no room in it, the view lasts as long as the page.
  }
}
