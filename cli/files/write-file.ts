import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Pieces of a file, as they come. */
export type Pieces = AsyncIterable<string | Uint8Array>

/**
 * Makes a file whole or not at all: beside its place first, then by one rename.
 *
 * @param write makes it at the path that it is given
 */
export async function wholeFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  // Of two at once each has its own, and the later rename counts.
  const temporary = `${path}.${process.pid}.new`
  try {
    await write(temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/**
 * Writes pieces into a file as fast as the disk takes them.
 *
 * @throws NodeJS.ErrnoException such as ENOSPC; an AbortError
 */
export async function writePieces(pieces: Pieces, path: string, signal?: AbortSignal): Promise<void> {
  await pipeline(Readable.from(pieces), createWriteStream(path), signal ? { signal } : {})
}
