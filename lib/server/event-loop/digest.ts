import { createHash } from 'node:crypto'
import { shouldYield, yieldToEventLoop } from './slices'

/** Bytes hashed at a time, which takes a few milliseconds. */
const SLICE_BYTES = 2 << 20

/** The SHA-256 of bytes in hexadecimal, computed without blocking the event loop. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
    if (shouldYield()) await yieldToEventLoop()
    hash.update(bytes.subarray(at, at + SLICE_BYTES))
  }
  return hash.digest('hex')
}
