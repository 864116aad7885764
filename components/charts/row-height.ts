/** Row height of the score bars and of their placeholder. It grows with the browser's font size. */
export const ROW_HEIGHT = '1.9375rem'

/** The height of this many rows. */
export function rowsHeight(rows: number): string {
  return `calc(${rows} * ${ROW_HEIGHT})`
}
