import type { Area } from '@/lib/shared/crop/crop'
import type { Fit, Preprocessor } from './preprocessor'

export interface Size {
  width: number
  height: number
}

/** The size of a photo once it is turned upright. @param orientation of EXIF, 1 to 8; from 5 on, the sides are swapped */
export function uprightSize({ width, height }: Size, orientation: number): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

/** A resize to `target`, then a crop of `width` × `height` at (`left`, `top`). The crop may be the whole target. */
export interface Geometry {
  /** The part of the source that is resized; null for all of it. */
  box: Area | null
  target: Size
  crop: Size & { left: number; top: number }
  /** Position of the crop on a canvas of the requested size; null if the crop fills it. */
  canvas: (Size & { left: number; top: number }) | null
}

/**
 * Computes how an image of `source` pixels is resized and cropped for the model, with the arithmetic of the Hugging
 * Face processors and of torchvision: the longer side is floored, half a pixel in the crop offset is rounded as the
 * preprocessor specifies (a shift by one pixel changes predictions), and parts of the crop outside the image are padded.
 */
export function plan(
  source: Size,
  { resize, crop, cropRounding, padding }: Pick<Preprocessor, 'resize' | 'crop' | 'cropRounding' | 'padding'>,
): Geometry {
  const target = resized(source, resize)
  const requested = crop ?? target
  const cropped = { width: Math.min(requested.width, target.width), height: Math.min(requested.height, target.height) }
  const round = cropRounding === 'even' ? roundHalfToEven : Math.floor
  const start = padding?.position === 'start'
  const before = (length: number, part: number) => (start ? 0 : Math.floor((length - part) / 2))
  const fills = cropped.width === requested.width && cropped.height === requested.height
  return {
    box: null,
    target,
    crop: {
      ...cropped,
      left: round((target.width - cropped.width) / 2),
      top: round((target.height - cropped.height) / 2),
    },
    canvas: fills
      ? null
      : {
          ...requested,
          left: before(requested.width, cropped.width),
          top: before(requested.height, cropped.height),
        },
  }
}

/** The geometry of a part of the photo that is resized to the whole input, as by Pillow's `resize(size, box=…)`. */
export function planBox(box: Area, input: Size): Geometry {
  const target = { width: input.width, height: input.height }
  return { box, target, crop: { ...target, left: 0, top: 0 }, canvas: null }
}

/**
 * The area of the upright photo that the model's input covers, in photo pixels. It extends beyond the photo where the
 * input is padded.
 */
export function inputArea(photo: Size, { box, target, crop, canvas }: Geometry): Area {
  if (box) return box
  const [x, y] = [photo.width / target.width, photo.height / target.height]
  const input = canvas ?? crop
  return {
    left: (crop.left - (canvas?.left ?? 0)) * x,
    top: (crop.top - (canvas?.top ?? 0)) * y,
    width: input.width * x,
    height: input.height * y,
  }
}

function resized(source: Size, resize: Preprocessor['resize']): Size {
  if (resize === null) return source
  if ('width' in resize) return resize
  if ('fit' in resize) return fitted(source, resize)
  const { shortestEdge } = resize
  return source.width <= source.height
    ? { width: shortestEdge, height: Math.floor((shortestEdge * source.height) / source.width) }
    : { width: Math.floor((shortestEdge * source.width) / source.height), height: shortestEdge }
}

/** The size with the photo's aspect ratio that fits into a box. */
function fitted({ width, height }: Size, { fit, rounding }: Fit): Size {
  if (rounding === 'even') {
    const ratio = Math.max(width / fit.width, height / fit.height)
    return { width: atLeastOne(roundHalfToEven(width / ratio)), height: atLeastOne(roundHalfToEven(height / ratio)) }
  }
  const scale = Math.min(fit.height / height, fit.width / width)
  return { width: atLeastOne(Math.floor(width * scale)), height: atLeastOne(Math.floor(height * scale)) }
}

/** A photo may be a thousand times as wide as it is high. */
const atLeastOne = (side: number) => Math.max(1, side)

/** Rounds to the nearest integer, and halves to the even one: 0.5 → 0, 1.5 → 2, 2.5 → 2. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
