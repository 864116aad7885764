/** Grid of the table's header and rows. On phones, the label is above the file and the score above the status. */
export const TABLE_GRID =
  'grid grid-cols-[3rem_minmax(0,1fr)_auto] items-center gap-x-3 px-3 md:grid-cols-[3rem_minmax(0,1.3fr)_minmax(0,1.2fr)_7rem_4rem_5.75rem]'

/** The same with the true labels. They take the place of the time, and on phones stand next to the file. */
export const LABELED_GRID =
  'grid grid-cols-[3rem_minmax(0,1fr)_auto] items-center gap-x-3 px-3 md:grid-cols-[3rem_minmax(0,1.1fr)_minmax(0,1fr)_minmax(0,1fr)_3.25rem_3.25rem_5.25rem]'
