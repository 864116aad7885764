import { type Directory, numbersOf, TAG, unsupported } from '@/lib/shared/image/tiff/directory'
import { type Layout, PHOTOMETRIC } from './layout'

/** Converts interleaved pixels to sRGB in place. */
type Convert = (rows: Uint8Array) => void

/**
 * Returns a conversion to RGB for colors that libvips misreads: CIELAB, which it reads incorrectly or not at all, and
 * YCbCr without JPEG, whose values it takes for RGB. Null if no conversion is needed. `step` is the number of samples
 * per pixel.
 *
 * @throws Problem `unsupported_format` for unsupported layouts of these colors
 */
export function toRgb(directory: Directory, layout: Layout, step: number): Convert | null {
  const { photometric, planar, bits } = layout
  const isYcc = photometric === PHOTOMETRIC.ycc
  if (!isYcc && photometric !== PHOTOMETRIC.lab && photometric !== PHOTOMETRIC.iccLab) return null
  const name = isYcc ? 'YCbCr' : 'CIELAB'
  if (planar) throw unsupported(`stores ${name} in separate planes`)
  if (isYcc && isSubsampled(directory))
    throw unsupported('stores subsampled YCbCr in tiles or with LZMA or ZSTD compression')
  if (isYcc) {
    if (bits !== 8) throw unsupported(`stores ${name} with ${bits} bits per channel`)
    return yccToRgb(directory, step)
  }
  if (bits === 8) return lab8ToRgb(step, photometric === PHOTOMETRIC.iccLab ? 128 : 0)
  if (photometric === PHOTOMETRIC.iccLab) throw unsupported(`stores ICC ${name} with ${bits} bits per channel`)
  return lab16ToRgb(step, directory.bigEndian)
}

/** Whether the color channels of YCbCr are subsampled, which is the default if the file does not say. */
export function isSubsampled(directory: Directory): boolean {
  return (numbersOf(directory, TAG.yccSubsampling, 2) ?? [2, 2]).some((factor) => factor !== 1)
}

/** TIFF 6.0, section 21: uses the luma coefficients and the ranges between reference black and white. */
function yccToRgb(directory: Directory, step: number): Convert {
  const [red = 0.299, green = 0.587, blue = 0.114] = rationals(directory, TAG.yccCoefficients) ?? []
  const [y0 = 0, y1 = 255, b0 = 128, b1 = 255, r0 = 128, r1 = 255] = rationals(directory, TAG.referenceBlackWhite) ?? []
  return (rows) => {
    for (let i = 0; i + 2 < rows.length; i += step) {
      const y = (((rows[i] as number) - y0) * 255) / (y1 - y0 || 1)
      const cb = (((rows[i + 1] as number) - b0) * 127) / (b1 - b0 || 1)
      const cr = (((rows[i + 2] as number) - r0) * 127) / (r1 - r0 || 1)
      const r = y + cr * (2 - 2 * red)
      const b = y + cb * (2 - 2 * blue)
      rows[i] = level(r)
      rows[i + 1] = level((y - red * r - blue * b) / (green || 1))
      rows[i + 2] = level(b)
    }
  }
}

function rationals({ fields, bigEndian }: Directory, tag: number): number[] | null {
  const field = fields.get(tag)
  if (field?.type !== 5) return null
  const view = new DataView(field.bytes.buffer, field.bytes.byteOffset, field.bytes.byteLength)
  const value = (i: number) => view.getUint32(8 * i, !bigEndian) / (view.getUint32(8 * i + 4, !bigEndian) || 1)
  return Array.from({ length: Math.min(field.count, 6) }, (_, i) => value(i))
}

function level(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)))
}

/** 8 bits: L from 0 to 255; a and b signed, or offset by 128 as in ICC. */
function lab8ToRgb(step: number, offset: number): Convert {
  const signed = Int8Array.from({ length: 256 }, (_, byte) => byte - offset)
  return (rows) => {
    for (let i = 0; i + 2 < rows.length; i += step) {
      const l = ((rows[i] as number) * 100) / 255
      labToRgb(l, signed[rows[i + 1] as number] as number, signed[rows[i + 2] as number] as number)
      rows[i] = rgb[0] as number
      rows[i + 1] = rgb[1] as number
      rows[i + 2] = rgb[2] as number
    }
  }
}

/** 16 bits: L from 0 to 65535; a and b signed, in units of 1/256. */
function lab16ToRgb(step: number, bigEndian: boolean): Convert {
  return (rows) => {
    const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength)
    for (let i = 0; i + 5 < rows.length; i += 2 * step) {
      const [a, b] = [view.getInt16(i + 2, !bigEndian), view.getInt16(i + 4, !bigEndian)]
      labToRgb((view.getUint16(i, !bigEndian) * 100) / 65535, a / 256, b / 256)
      // Repeating the byte gives the 16-bit level in either byte order.
      for (const [channel, value] of rgb.entries()) rows.fill(value, i + 2 * channel, i + 2 * channel + 2)
    }
  }
}

/**
 * From XYZ under D50 to linear sRGB, with Bradford adaptation to D65 (Bruce Lindbloom), multiplied by the D50 white
 * point.
 */
const [WHITE_X, WHITE_Z] = [0.96422, 0.82521]
const TO_RGB = Float64Array.of(
  3.1338561 * WHITE_X,
  -1.6168667,
  -0.4906146 * WHITE_Z,
  -0.9787684 * WHITE_X,
  1.9161415,
  0.033454 * WHITE_Z,
  0.0719453 * WHITE_X,
  -0.2289914,
  1.4052427 * WHITE_Z,
)
/** The sRGB curve in steps finer than one level, except in the deepest shadows, where half a level is lost. */
const STEPS = 16_384
const CURVE = Uint8Array.from({ length: STEPS + 1 }, (_, i) => {
  const value = i / STEPS
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))
})
const rgb = new Uint8Array(3)

/** Converts one CIELAB color under D50, the white point of print and of TIFF, into `rgb`. */
function labToRgb(l: number, a: number, b: number): void {
  const fy = (l + 16) / 116
  const x = linear(fy + a / 500)
  const y = linear(fy)
  const z = linear(fy - b / 200)
  for (let channel = 0; channel < 3; channel++) {
    const at = 3 * channel
    const value = (TO_RGB[at] as number) * x + (TO_RGB[at + 1] as number) * y + (TO_RGB[at + 2] as number) * z
    rgb[channel] = CURVE[Math.round(Math.min(1, Math.max(0, value)) * STEPS)] as number
  }
}

function linear(f: number): number {
  return f > 6 / 29 ? f * f * f : (3 * 36 * (f - 4 / 29)) / 841
}
