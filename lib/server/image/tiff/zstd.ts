import { ZSTDDecoder } from 'zstddec'

const decoder = new ZSTDDecoder()

/**
 * Unpacks a Zstandard frame into `out`, which must be large enough for all of it.
 *
 * @returns how many bytes of `out` were filled; none where the data is damaged or larger
 */
export async function unpackZstd(packed: Uint8Array, out: Uint8Array): Promise<number> {
  await decoder.init()
  // The decoder gives nothing where libzstd reports an error.
  const bytes = decoder.decode(packed, out.length)
  out.set(bytes)
  return bytes.length
}
