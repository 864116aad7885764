import type { Writable } from 'node:stream'

/** Writes a chunk. Resolves once it is processed, that is, once the output it produced has been consumed. */
export function written(to: Writable, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(piece, (error) => (error ? reject(error) : resolve()))
  })
}
