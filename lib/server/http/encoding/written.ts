import type { Writable } from 'node:stream'

/** Resolves when a piece is worked off: not before what came of it is taken. */
export function written(to: Writable, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(piece, (error) => (error ? reject(error) : resolve()))
  })
}
