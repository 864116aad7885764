import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { ZSTDDecoder } from 'zstddec'

type Native = (
  packed: Uint8Array,
  options: { maxOutputLength: number },
  done: (error: Error | null, bytes: Buffer) => void,
) => void

/**
 * Node.js 22.15 and later decompress Zstandard off this thread and release the memory; older versions use libzstd in
 * WebAssembly.
 */
const native = (zlib as { zstdDecompress?: Native }).zstdDecompress
const decompress = native && promisify(native)
const decoder = new ZSTDDecoder()

/**
 * Decompresses Zstandard to at most `room` bytes.
 *
 * @returns an empty array, or throws, if the data is damaged or would be larger
 */
export async function unpackZstd(packed: Uint8Array, room: number): Promise<Uint8Array> {
  if (decompress) return decompress(packed, { maxOutputLength: room })
  await decoder.init()
  return decoder.decode(packed, room)
}
