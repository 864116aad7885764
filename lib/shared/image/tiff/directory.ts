import { Problem } from '@/lib/shared/problems/problem'

/** The supported tags, with their names from TIFF 6.0 and its supplements. */
export const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  make: 271,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripCounts: 279,
  planar: 284,
  t4Options: 292,
  t6Options: 293,
  predictor: 317,
  palette: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileCounts: 325,
  subdirectories: 330,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  yccCoefficients: 529,
  yccSubsampling: 530,
  yccPositioning: 531,
  referenceBlackWhite: 532,
  icc: 34675,
  dngVersion: 50706,
} as const

/** A directory entry: its values as stored in the file, in the file's byte order. */
export interface Field {
  type: number
  count: number
  bytes: Uint8Array
}

/** The first directory of a TIFF, which describes its first image. */
export interface Directory {
  bigEndian: boolean
  fields: ReadonlyMap<number, Field>
}

/** Bytes per value of each type. Types that are not listed are invalid. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
}

/** Directory layout of classic TIFF and BigTIFF: bytes of the entry count, of an entry, and of an offset. */
const CLASSIC = { number: 2, entry: 12, offset: 4 }
const BIG = { number: 8, entry: 20, offset: 8 }

/** Real directories have a few dozen entries. */
const MAX_ENTRIES = 4096

/**
 * Reads the supported tags of the first directory of a TIFF or BigTIFF, in either byte order. Other directories are not
 * followed.
 *
 * @throws Problem `truncated_image` if the directory, or a value of one of these tags, lies outside the file
 */
export function readDirectory(file: Uint8Array): Directory {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const bigEndian = file[0] === 0x4d
  if (file.byteLength < 16) throw damaged('ends inside its header')
  const layout = view.getUint16(2, !bigEndian) === 43 ? BIG : CLASSIC
  const number = (at: number, bytes: number) => readNumber(view, at, bytes, bigEndian)
  const start = number(layout.offset, layout.offset)
  if (start + layout.number > file.byteLength) throw damaged('ends before its directory')
  const entries = number(start, layout.number)
  const first = start + layout.number
  if (entries === 0 || entries > MAX_ENTRIES || first + entries * layout.entry > file.byteLength) {
    throw damaged('ends inside its directory')
  }
  const fields = new Map<number, Field>()
  for (let i = 0; i < entries; i++) {
    const at = first + i * layout.entry
    const tag = number(at, 2)
    if (!KNOWN.has(tag) || fields.has(tag)) continue
    const field = readField(file, at, layout.offset, number)
    if (field) fields.set(tag, field)
  }
  return { bigEndian, fields }
}

const KNOWN: ReadonlySet<number> = new Set(Object.values(TAG))

function readField(
  file: Uint8Array,
  at: number,
  offsetBytes: number,
  number: (at: number, bytes: number) => number,
): Field | null {
  const type = number(at + 2, 2)
  const count = number(at + 4, offsetBytes)
  const length = count * (TYPE_BYTES[type] ?? 0)
  const inline = at + 4 + offsetBytes
  const from = length <= offsetBytes ? inline : number(inline, offsetBytes)
  if (length === 0) return null
  if (from + length > file.byteLength) throw damaged('ends before the data its directory points to')
  return { type, count, bytes: file.subarray(from, from + length) }
}

/** The numbers of a field, at most `most` of them; null if there is no such field or it does not hold integers. */
export function numbersOf({ bigEndian, fields }: Directory, tag: number, most = 16): number[] | null {
  const field = fields.get(tag)
  const size = field && { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 }[field.type]
  if (!field || !size) return null
  const view = new DataView(field.bytes.buffer, field.bytes.byteOffset, field.bytes.byteLength)
  return Array.from({ length: Math.min(field.count, most) }, (_, i) => readNumber(view, i * size, size, bigEndian))
}

/** The first number of a field, or `fallback` if there is none. */
export function numberOf(directory: Directory, tag: number, fallback: number): number {
  return numbersOf(directory, tag, 1)?.[0] ?? fallback
}

/** An integer of 1, 2, 4 or 8 bytes. An offset of more than 53 bits is outside any file anyway. */
function readNumber(view: DataView, at: number, bytes: number, bigEndian: boolean): number {
  if (bytes === 1) return view.getUint8(at)
  if (bytes === 2) return view.getUint16(at, !bigEndian)
  if (bytes === 4) return view.getUint32(at, !bigEndian)
  return Number(view.getBigUint64(at, !bigEndian))
}

/** The error for a truncated or inconsistent TIFF. `what` follows "The TIFF file". */
export function damaged(what: string, cause?: unknown): Problem {
  return new Problem(
    'truncated_image',
    `The TIFF file ${what}. It is truncated or damaged. Export or download it again.`,
    { cause },
  )
}

/** The error for a valid but unsupported TIFF. `what` follows "it". */
export function unsupported(what: string, advice = 'Save it as PNG or JPEG.'): Problem {
  return new Problem('unsupported_format', `This TIFF file is not supported: it ${what}. ${advice}`)
}
