import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Chunks of a file. */
export type Pieces = AsyncIterable<string | Uint8Array>

/**
 * Writes a file atomically: to a temporary file next to it, which is then renamed.
 *
 * @param write writes the file at the given path
 */
export async function wholeFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  // Two concurrent runs use separate temporary files; the later rename wins.
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
 * Writes chunks to a file as fast as the disk accepts them.
 *
 * @throws NodeJS.ErrnoException such as ENOSPC; AbortError
 */
export async function writePieces(pieces: Pieces, path: string, signal?: AbortSignal): Promise<void> {
  await pipeline(Readable.from(pieces), createWriteStream(path), signal ? { signal } : {})
}
