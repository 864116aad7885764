import type { HeatGrid } from './heat'

/** Named regions of a photo. */
export const PLACES = [
  'topLeft',
  'top',
  'topRight',
  'left',
  'middle',
  'right',
  'bottomLeft',
  'bottom',
  'bottomRight',
] as const
export type Place = (typeof PLACES)[number]

/** Share of the cells with the highest values. */
const MOST = 0.1

/** The ninth of the photo around the center of the highest values: the heatmap in one word, for screen readers. */
export function placeOf({ width, height, values }: HeatGrid): Place {
  const order = values.map((value, cell) => ({ value, cell })).sort((a, b) => b.value - a.value)
  const most = order.slice(0, Math.max(1, Math.round(MOST * values.length)))
  const mean = (of: (cell: number) => number) => most.reduce((sum, { cell }) => sum + of(cell), 0) / most.length
  const third = (at: number, length: number) => Math.min(2, Math.floor((3 * (at + 0.5)) / length))
  const column = third(
    mean((cell) => cell % width),
    width,
  )
  const row = third(
    mean((cell) => Math.floor(cell / width)),
    height,
  )
  return PLACES[3 * row + column] ?? 'middle'
}
