import * as xz from 'xz-decompress'

/** The package is CommonJS: Node.js exposes its names only under `default`, bundlers directly. */
const { XzReadableStream } = (xz as { default?: typeof xz }).default ?? xz

const MAGIC = 'fd377a585a00'
const STREAM_HEADER_BYTES = 12
const DELTA = 3
const LZMA2 = 0x21
const MAX_DISTANCE = 256

/**
 * Decompresses an .xz stream, which libtiff uses for LZMA in a TIFF, and stops when `out` is full. libtiff's streams
 * have a delta filter, which the decoder does not support: it is removed from the header and reversed here.
 *
 * @returns the number of bytes written to `out`
 * @throws Error if it is damaged, is not .xz, or uses other filters
 */
export async function unpackXz(packed: Uint8Array, out: Uint8Array): Promise<number> {
  const { stream, distance } = stripDeltaFilter(packed)
  const written = await readInto(stream, out)
  if (distance > 0) for (let i = distance; i < written; i++) out[i] = (out[i] as number) + (out[i - distance] as number)
  return written
}

async function readInto(stream: Uint8Array, out: Uint8Array): Promise<number> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(stream)
      controller.close()
    },
  })
  const reader = new XzReadableStream(source).getReader()
  let written = 0
  while (written < out.length) {
    const { done, value } = await reader.read()
    if (done) return written
    const bytes = value.subarray(0, out.length - written)
    out.set(bytes, written)
    written += bytes.length
  }
  await reader.cancel()
  return written
}

/**
 * Returns the stream with LZMA2 as its only filter, and the distance of the removed delta filter; 0 if there was none.
 */
function stripDeltaFilter(packed: Uint8Array): { stream: Uint8Array; distance: number } {
  const stream = Buffer.from(packed)
  if (stream.toString('hex', 0, 6) !== MAGIC) throw new Error('not an .xz stream')
  const header = stream.subarray(
    STREAM_HEADER_BYTES,
    STREAM_HEADER_BYTES + 4 * ((stream[STREAM_HEADER_BYTES] ?? 0) + 1),
  )
  const sizes = ((header[1] ?? 0) >> 6) & 3
  // The filters follow the block sizes, which libtiff does not write. Streams with block sizes have no delta filter.
  if (sizes !== 0 || header[2] !== DELTA) return { stream, distance: 0 }
  const distance = (header[4] ?? 0) + 1
  if (header[1] !== 1 || header[3] !== 1 || header[5] !== LZMA2 || distance > MAX_DISTANCE) {
    throw new Error('unknown filters')
  }
  const checked = header.length - 4
  const filter = header.subarray(5, 8).toString('hex')
  header.fill(0, 1, checked)
  header.write(filter, 2, 'hex')
  header.writeUInt32LE(crc32(header.subarray(0, checked)), checked)
  return { stream, distance }
}

/** CRC-32 as in IEEE 802.3; zlib's own function is newer than the Node.js versions supported here. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}
