import type { Preprocessor } from './preprocessor'

export interface Size {
  width: number
  height: number
}

/** A resize to `target`, then a crop of `width` × `height` at (`left`, `top`); the crop may be the whole target. */
export interface Geometry {
  target: Size
  crop: Size & { left: number; top: number }
}

/**
 * Where a picture of `source` pixels goes on its way into the model, after the arithmetic of the Hugging Face
 * processors: the longer side is floored, the crop's offset is rounded half to even as Python's `round` does.
 * (Rounding half up shifts the crop by a pixel for odd differences, and changes answers.)
 */
export function plan(source: Size, preprocessor: Pick<Preprocessor, 'resize' | 'crop'>): Geometry {
  const asked = resized(source, preprocessor.resize)
  const crop = preprocessor.crop ?? asked
  const target = covering(asked, crop)
  return {
    target,
    crop: {
      ...crop,
      left: roundHalfToEven((target.width - crop.width) / 2),
      top: roundHalfToEven((target.height - crop.height) / 2),
    },
  }
}

function resized(source: Size, resize: Preprocessor['resize']): Size {
  if (resize === null) return source
  if ('width' in resize) return resize
  const { shortestEdge } = resize
  return source.width <= source.height
    ? { width: shortestEdge, height: Math.floor((shortestEdge * source.height) / source.width) }
    : { width: Math.floor((shortestEdge * source.width) / source.height), height: shortestEdge }
}

/** `size`, enlarged in its aspect where the crop would not fit into it. */
function covering(size: Size, crop: Size): Size {
  if (size.width >= crop.width && size.height >= crop.height) return size
  const byWidth = crop.width * size.height >= crop.height * size.width
  return byWidth
    ? { width: crop.width, height: Math.ceil((size.height * crop.width) / size.width) }
    : { width: Math.ceil((size.width * crop.height) / size.height), height: crop.height }
}

/** Rounds to the nearest integer, halves to the even one: 0.5 → 0, 1.5 → 2, 2.5 → 2. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
