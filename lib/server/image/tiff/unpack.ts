import { promisify } from 'node:util'
import { inflate as inflateCallback } from 'node:zlib'
import { damaged, unsupported } from '@/lib/shared/image/tiff/directory'
import { COMPRESSION } from './compression'
import { type Layout, segmentRowBytes, segmentRows } from './layout'
import { unpackLzw } from './lzw'
import { unpackPackBits } from './pack-bits'
import { undoPredictor } from './predictor'
import { unpackXz } from './xz'
import { unpackZstd } from './zstd'

const inflate = promisify(inflateCallback)

/** Maximum bytes of one decompressed strip or tile. */
const MAX_SEGMENT_BYTES = 512_000_000
/** zlib's own minimum. Decompressing a segment in one chunk avoids copies. */
const MIN_CHUNK = 64
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2),
)

/**
 * Decompresses the rows of one strip or tile and reverses its predictor. The result is exactly as long as the rows that
 * the segment must contain, however much data there is.
 *
 * @throws Problem `truncated_image` if it is too short or damaged, `unsupported_format` if it is too large
 */
export async function unpackSegment(
  file: Uint8Array,
  layout: Layout,
  index: number,
  bigEndian: boolean,
): Promise<Uint8Array> {
  const { offset, count } = layout.segments[index] ?? { offset: 0, count: 0 }
  const rowBytes = segmentRowBytes(layout)
  const room = layout.segmentHeight * rowBytes
  if (room > MAX_SEGMENT_BYTES) throw unsupported('has strips larger than 512 MB', 'Save it with smaller strips.')
  const packed = file.subarray(offset, offset + count)
  const rows = segmentRows(layout, index)
  const bytes = await unpackAll(
    layout.reversedBits ? packed.map((byte) => REVERSED[byte] as number) : packed,
    layout,
    room,
  )
  if (bytes.length < rows * rowBytes) throw damaged('has a strip or tile that ends early')
  const whole = bytes.subarray(0, rows * rowBytes)
  undoPredictor(whole, layout, bigEndian)
  return whole
}

/** At most `room` bytes: the last strip may contain rows below the image. */
async function unpackAll(packed: Uint8Array, { compression }: Layout, room: number): Promise<Uint8Array> {
  // Copied, because the predictor works in place.
  if (compression === COMPRESSION.none) return packed.slice(0, room)
  try {
    if (compression === COMPRESSION.zstd) return await unpackZstd(packed, room)
    if (compression === COMPRESSION.deflate || compression === COMPRESSION.oldDeflate) {
      return await inflate(packed, { maxOutputLength: room, chunkSize: Math.max(room, MIN_CHUNK) })
    }
    const out = new Uint8Array(room)
    return out.subarray(0, await unpackInto(packed, out, compression))
  } catch (error) {
    throw damaged('has a strip or tile that cannot be decompressed', error)
  }
}

async function unpackInto(packed: Uint8Array, out: Uint8Array, compression: number): Promise<number> {
  if (compression === COMPRESSION.lzw) return unpackLzw(packed, out)
  if (compression === COMPRESSION.packBits) return unpackPackBits(packed, out)
  return unpackXz(packed, out)
}
