import { createHash } from 'node:crypto'
import { shouldYield, yieldToEventLoop } from './slices'

/** Bytes that are read in one go: a few milliseconds. */
const SLICE_BYTES = 2 << 20

/** The SHA-256 of bytes in hexadecimal; of many in slices. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
    if (shouldYield()) await yieldToEventLoop()
    hash.update(bytes.subarray(at, at + SLICE_BYTES))
  }
  return hash.digest('hex')
}
