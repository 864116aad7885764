/**
 * Outlines of points around 0, within a circle of radius 1, as paths of SVG and canvas. Their areas are alike. Shapes go
 * with the colors in turn, so that color isn't all that tells labels apart.
 */
const SHAPES = [
  'M0.9 0A0.9 0.9 0 1 1 -0.9 0A0.9 0.9 0 1 1 0.9 0Z',
  'M-0.8 -0.8H0.8V0.8H-0.8Z',
  'M0 -1L0.95 0.75H-0.95Z',
  'M0 -1.05L1.05 0L0 1.05L-1.05 0Z',
] as const

/** The outline of a point. @param color number of its color; null for gray */
export function shapeOf(color: number | null): string {
  return SHAPES[(color ?? 0) % SHAPES.length] ?? SHAPES[0]
}
