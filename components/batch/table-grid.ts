/** Cells of the table's head and rows. On a phone the label stands above the file, the score above the status. */
export const TABLE_GRID =
  'grid grid-cols-[48px_minmax(0,1fr)_auto] items-center gap-x-3 px-3 md:grid-cols-[48px_minmax(0,1.3fr)_minmax(0,1.2fr)_112px_64px_92px]'
