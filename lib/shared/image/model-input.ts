import type { Area } from '@/lib/shared/crop/crop'
import { Problem } from '@/lib/shared/problems/problem'
import type { Geometry, Size } from './geometry'
import { toGreyscale } from './greyscale'
import type { Padding, Preprocessor } from './preprocessor'
import { resample } from './resample'

/** A decoded photo: upright, sRGB, white where it was transparent. */
export interface Picture extends Size {
  /** RGB, height × width × 3, uint8. */
  pixels: Uint8Array
}

/** How far a crop may reach beyond the photo, in pixels: areas are computed in floating point. */
const CROP_TOLERANCE = 0.01
const CHANNELS = 3
const BLACK = [0, 0, 0] as const

/**
 * Resizes and crops a photo to what the model expects.
 *
 * @param picture its pixels become gray for a grayscale model
 * @param source the size of the whole photo; `picture` is smaller if it was reduced while it was decoded
 * @param out receives RGB uint8 [height × width × 3] of the geometry's canvas, or else its crop; whatever it held is
 * overwritten
 * @returns out
 */
export function modelInput(
  picture: Picture,
  source: Size,
  geometry: Geometry,
  { channels, interpolation, padding }: Pick<Preprocessor, 'channels' | 'interpolation' | 'padding'>,
  out: Uint8Array = new Uint8Array(inputBytes(geometry)),
): Uint8Array {
  if (channels === 'grey') toGreyscale(picture.pixels)
  const box = geometry.box && scaleArea(geometry.box, picture.width / source.width, picture.height / source.height)
  const within = geometry.canvas === null ? out : undefined
  const resized = resample(picture.pixels, picture, { ...geometry, box }, interpolation, within)
  return geometry.canvas === null
    ? resized
    : placeOnCanvas(resized, geometry.crop, geometry.canvas, padding?.color, out)
}

/** Bytes of the model input: the geometry's canvas, or else its crop. */
export function inputBytes({ crop, canvas }: Geometry): number {
  const { width, height } = canvas ?? crop
  return width * height * CHANNELS
}

/** @throws Problem `invalid_parameter` if a requested crop isn't within the photo */
export function requireWithin({ width, height }: Size, { left, top, ...crop }: Area): void {
  if (left + crop.width <= width + CROP_TOLERANCE && top + crop.height <= height + CROP_TOLERANCE) return
  throw new Problem(
    'invalid_parameter',
    `crop is invalid: it reaches beyond the photo, which has ${width} × ${height} pixels.`,
  )
}

/** The same area on a picture that was reduced while it was decoded. */
function scaleArea({ left, top, width, height }: Area, x: number, y: number): Area {
  return { left: left * x, top: top * y, width: width * x, height: height * y }
}

/** Places the crop on a canvas of one color. */
function placeOnCanvas(
  pixels: Uint8Array,
  crop: Area,
  canvas: NonNullable<Geometry['canvas']>,
  color: Padding['color'] = BLACK,
  out: Uint8Array,
): Uint8Array {
  out.fill(0)
  if (color.some((level) => level > 0)) for (let i = 0; i < out.length; i++) out[i] = color[i % CHANNELS] as number
  for (let row = 0; row < crop.height; row++) {
    const line = pixels.subarray(row * crop.width * CHANNELS, (row + 1) * crop.width * CHANNELS)
    out.set(line, ((canvas.top + row) * canvas.width + canvas.left) * CHANNELS)
  }
  return out
}
