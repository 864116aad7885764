import type { Area } from '../crop/crop'
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
const TOP_SHARE = 0.2
/** Side of the window that the highest values are collected in, as a share of the grid. */
const WINDOW = 1 / 3
/** How many regions are named, and how much of the hottest one's heat the others need. */
const MAX_REGIONS = 3
const NOTABLE_SHARE = 0.5

interface Hot {
  x: number
  y: number
  /** How far above the others. */
  weight: number
}

interface Heatmap {
  grid: HeatmapGrid
  /** The part of the photo that the grid covers, in pixels of the photo. */
  area: Area
  image: { width: number; height: number }
}

/**
 * The ninths of the photo in which the heatmap is hottest, the hottest first: the heatmap in words. There are several
 * where a label has several supports, such as a head at the top left and feet at the bottom; the mean of all hot cells
 * would lie in the middle, where there may be nothing.
 */
export function hottestRegions({ grid, area, image }: Heatmap): readonly Region[] {
  const third = (position: number, length: number) => Math.min(2, Math.max(0, Math.floor((3 * position) / length)))
  const regions = hottestWindows(grid).map((cells) => {
    const { x, y } = centreOf(cells)
    const column = third(area.left + (x / grid.width) * area.width, image.width)
    const row = third(area.top + (y / grid.height) * area.height, image.height)
    return REGIONS[3 * row + column] ?? 'middle'
  })
  return [...new Set(regions)]
}

/** The windows with the most heat, none of which shares a cell with another. */
function hottestWindows(grid: HeatmapGrid): (readonly Hot[])[] {
  const windows: (readonly Hot[])[] = []
  for (let rest = hotCells(grid); rest.length > 0 && windows.length < MAX_REGIONS; ) {
    const hottest = hottestWindow(rest, grid)
    if (windows[0] && heatOf(hottest) < NOTABLE_SHARE * heatOf(windows[0])) break
    windows.push(hottest)
    rest = rest.filter((cell) => !hottest.includes(cell))
  }
  return windows
}

/** The cells with the highest values, at their centers. */
function hotCells({ width, values }: HeatmapGrid): readonly Hot[] {
  const order = values.map((value, cell) => ({ value, cell })).sort((a, b) => b.value - a.value)
  const count = Math.max(1, Math.round(TOP_SHARE * values.length))
  const threshold = order[count]?.value ?? 0
  return order.slice(0, count).map(({ value, cell }) => ({
    x: (cell % width) + 0.5,
    y: Math.floor(cell / width) + 0.5,
    weight: Math.max(value - threshold, Number.MIN_VALUE),
  }))
}

/** The cells in the window that has the most heat. */
function hottestWindow(cells: readonly Hot[], { width, height }: HeatmapGrid): readonly Hot[] {
  let hottest: { cells: readonly Hot[]; heat: number } = { cells, heat: -1 }
  for (const middle of cells) {
    const near = cells.filter(
      ({ x, y }) => Math.abs(x - middle.x) <= (WINDOW * width) / 2 && Math.abs(y - middle.y) <= (WINDOW * height) / 2,
    )
    const heat = heatOf(near)
    if (heat > hottest.heat) hottest = { cells: near, heat }
  }
  return hottest.cells
}

function heatOf(cells: readonly Hot[]): number {
  return cells.reduce((sum, { weight }) => sum + weight, 0)
}

/** The center of heat. */
function centreOf(cells: readonly Hot[]): { x: number; y: number } {
  const heat = heatOf(cells)
  const mean = (of: (cell: Hot) => number) => cells.reduce((sum, cell) => sum + of(cell) * cell.weight, 0) / heat
  return { x: mean(({ x }) => x), y: mean(({ y }) => y) }
}
