/** Grid of the table's header and rows. On phones, the label is above the file and the score above the status. */
export const TABLE_GRID =
  'grid grid-cols-[48px_minmax(0,1fr)_auto] items-center gap-x-3 px-3 md:grid-cols-[48px_minmax(0,1.3fr)_minmax(0,1.2fr)_112px_64px_92px]'

/** The same with the true labels. They take the place of the time, and on phones stand next to the file. */
export const LABELED_GRID =
  'grid grid-cols-[48px_minmax(0,1fr)_auto] items-center gap-x-3 px-3 md:grid-cols-[48px_minmax(0,1.1fr)_minmax(0,1fr)_minmax(0,1fr)_52px_52px_84px]'
