import type { HeatmapGrid } from './heatmap'

/** Named regions of a photo. */
const REGIONS = [
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
export type Region = (typeof REGIONS)[number]

/** Share of the cells with the highest values. */
const TOP_SHARE = 0.1

/** The ninth of the photo around the center of the highest values: the heatmap in one word, for screen readers. */
export function hottestRegion({ width, height, values }: HeatmapGrid): Region {
  const order = values.map((value, cell) => ({ value, cell })).sort((a, b) => b.value - a.value)
  const most = order.slice(0, Math.max(1, Math.round(TOP_SHARE * values.length)))
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
  return REGIONS[3 * row + column] ?? 'middle'
}
