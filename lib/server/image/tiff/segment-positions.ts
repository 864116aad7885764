import type { Layout } from './layout'

/** Position of a strip or tile in the image, in pixels, and its plane. */
export interface SegmentPosition {
  index: number
  left: number
  top: number
  plane: number
}

/** The position of each segment of an image, in file order. */
export function* segmentPositions({
  width,
  height,
  segmentWidth,
  segmentHeight,
  planar,
  samples,
}: Layout): Generator<SegmentPosition> {
  let index = 0
  for (let plane = 0; plane < (planar ? samples : 1); plane++) {
    for (let top = 0; top < height; top += segmentHeight) {
      for (let left = 0; left < width; left += segmentWidth) yield { index: index++, left, top, plane }
    }
  }
}

/**
 * Copies rows of `rowBytes` bytes into an image with `pictureRowBytes` bytes per row, `left` bytes from its left edge.
 * Anything beyond its edges, as in the last tiles, is cut off.
 */
export function paste(
  rows: Uint8Array,
  rowBytes: number,
  picture: Uint8Array,
  pictureRowBytes: number,
  { left, top }: { left: number; top: number },
): void {
  const bytes = Math.min(rowBytes, pictureRowBytes - left)
  const end = Math.min(rows.length / rowBytes, picture.length / pictureRowBytes - top)
  for (let row = 0; row < end; row++) {
    picture.set(rows.subarray(row * rowBytes, row * rowBytes + bytes), (top + row) * pictureRowBytes + left)
  }
}
