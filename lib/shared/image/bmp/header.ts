import { tooManyPixels } from '@/lib/shared/image/too-many-pixels'
import { Problem } from '@/lib/shared/problems/problem'
import type { FileBytes } from '../file-bytes'

/** Compression methods of a bitmap. */
export const PACKING = { none: 0, rle8: 1, rle4: 2, masks: 3, alphaMasks: 6 } as const

/** The validated header of a bitmap (a DIB, inside a BMP or an ICO). */
export interface DibHeader {
  width: number
  height: number
  topDown: boolean
  bits: number
  packing: number
  /** Bit masks for red, green, blue and alpha; an alpha mask of 0 means none. */
  masks: [red: number, green: number, blue: number, alpha: number]
  /** Blue, green and red of each color; empty if pixels hold colors directly. */
  palette: Uint8Array
  /** Bytes per palette entry; the fourth is unused. */
  paletteStep: 3 | 4
  /** End of the palette, where the pixels start unless the file says otherwise. */
  end: number
  icc: Uint8Array | null
}

/** Sizes of OS/2's first header and of the Windows headers with masks or a profile. */
const [CORE, INFO, WITH_MASKS, WITH_ALPHA, V5] = [12, 40, 52, 56, 124]
const EMBEDDED_PROFILE = 0x4d424544
const UNSUPPORTED_PACKINGS: Readonly<Record<number, string>> = {
  4: 'JPEG',
  5: 'PNG',
  11: 'CMYK',
  12: 'CMYK',
  13: 'CMYK',
}
const DEPTHS: readonly number[] = [1, 2, 4, 8, 16, 24, 32]
const MASKS_555: DibHeader['masks'] = [0x7c00, 0x3e0, 0x1f, 0]
const MASKS_888: DibHeader['masks'] = [0xff0000, 0xff00, 0xff, 0]

/**
 * Reads the header that starts at `at`, in any Windows or OS/2 version, and the palette after it.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`
 */
export function readDibHeader(file: FileBytes, at: number, maxPixels: number): DibHeader {
  const size = at + 4 <= file.length ? file.readUInt32LE(at) : 0
  if (size < CORE || size > file.length - at) throw damaged('ends inside its header')
  const basic = size === CORE ? coreHeader(file, at) : infoHeader(file, at, size)
  const { width, height, bits, packing } = basic
  if (width <= 0 || height === 0) throw damaged('has no width or height')
  if (width * Math.abs(height) > maxPixels) throw tooManyPixels(width * Math.abs(height), maxPixels)
  const other = UNSUPPORTED_PACKINGS[packing]
  if (other)
    throw new Problem('unsupported_format', `BMP files with ${other} data are not supported. Convert the photo to PNG.`)
  if (bits === 64)
    throw new Problem(
      'unsupported_format',
      'BMP files with 64 bits per pixel are not supported. Convert the photo to PNG.',
    )
  if (!DEPTHS.includes(bits) || !isPacking(packing, bits))
    throw damaged(`declares ${bits} bits per pixel with compression ${packing}, which is invalid`)
  const { masks, end: masksEnd } = readMasks(file, at, size, basic)
  const paletteStep = size === CORE ? 3 : 4
  const colours = bits > 8 ? 0 : Math.min(basic.colours || 2 ** bits, 2 ** bits)
  const palette = file.subarray(masksEnd, masksEnd + colours * paletteStep)
  const icc = size >= V5 ? embeddedProfile(file, at) : null
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    packing,
    masks,
    palette,
    paletteStep,
    // The file may list more colors than are used.
    end: masksEnd + Math.max(colours, basic.colours) * paletteStep,
    icc,
  }
}

interface BasicHeader {
  width: number
  height: number
  bits: number
  packing: number
  colours: number
}

function coreHeader(file: FileBytes, at: number): BasicHeader {
  const [width, height] = [file.readUInt16LE(at + 4), file.readUInt16LE(at + 6)]
  return { width, height, bits: file.readUInt16LE(at + 10), packing: PACKING.none, colours: 0 }
}

/** OS/2's second header may be as short as 16 bytes; missing fields are 0. */
function infoHeader(file: FileBytes, at: number, size: number): BasicHeader {
  if (size < 16) throw damaged('has an unknown header type')
  const field = (offset: number) => (offset + 4 <= size ? file.readUInt32LE(at + offset) : 0)
  return {
    width: file.readInt32LE(at + 4),
    height: file.readInt32LE(at + 8),
    bits: file.readUInt16LE(at + 14),
    packing: field(16),
    colours: field(32),
  }
}

function isPacking(packing: number, bits: number): boolean {
  if (packing === PACKING.none) return true
  if (packing === PACKING.rle8) return bits === 8
  if (packing === PACKING.rle4) return bits === 4
  return (packing === PACKING.masks || packing === PACKING.alphaMasks) && (bits === 16 || bits === 32)
}

/** Newer headers contain the masks; older ones are followed by them. */
function readMasks(
  file: FileBytes,
  at: number,
  size: number,
  { bits, packing }: BasicHeader,
): { masks: DibHeader['masks']; end: number } {
  const standard = bits === 16 ? MASKS_555 : MASKS_888
  if (packing !== PACKING.masks && packing !== PACKING.alphaMasks) return { masks: standard, end: at + size }
  const hasAlpha = packing === PACKING.alphaMasks || size >= WITH_ALPHA
  const end = size >= WITH_MASKS ? at + size : at + INFO + (hasAlpha ? 16 : 12)
  if (end > file.length) throw damaged('ends inside its header')
  const mask = (i: number) => file.readUInt32LE(at + INFO + 4 * i)
  return { masks: [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0], end }
}

function embeddedProfile(file: FileBytes, at: number): Uint8Array | null {
  if (file.readUInt32LE(at + 56) !== EMBEDDED_PROFILE) return null
  const [from, bytes] = [at + file.readUInt32LE(at + 112), file.readUInt32LE(at + 116)]
  return bytes > 0 && from + bytes <= file.length ? file.subarray(from, from + bytes) : null
}

/** The error for a truncated or inconsistent bitmap. `what` follows "The BMP file". */
export function damaged(what: string): Problem {
  return new Problem(
    'truncated_image',
    `The BMP file ${what}. It is truncated or damaged. Export or download it again.`,
  )
}
