import type { Writable } from 'node:stream'

/** Writes a chunk. Resolves once it is processed, that is, once the output it produced has been consumed. */
export function writeChunk(to: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}
