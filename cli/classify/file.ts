import { constants, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { fileName } from '@/lib/shared/files/file-name'
import { Problem } from '@/lib/shared/problems/problem'

/** A file path: text, or bytes if its name is not valid UTF-8. */
export type Path = string | Buffer

/** A path for display and for the results. */
export function displayPath(path: Path): string {
  return typeof path === 'string' ? path : fileName(path)
}

/** Describes a path that is not a regular file; null if it is one. */
export function nonFileKind(found: Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket'>): string | null {
  if (found.isFile()) return null
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a named pipe'
  return found.isSocket() ? 'a socket' : 'a device'
}

/**
 * Reads a regular file, and nothing that only looks like one: reading a pipe without a writer would block forever.
 *
 * @throws Problem `not_an_image` if it is not a regular file; file system errors
 */
export async function readRegularFile(path: Path): Promise<Uint8Array> {
  // With this flag, opening a pipe does not block; files are unaffected.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error) => {
    // A socket, or a device without a driver.
    if (error.code === 'ENXIO') throw new Problem('not_an_image', 'This is not a file.')
    throw error
  })
  try {
    const kind = nonFileKind(await handle.stat())
    if (kind !== null) throw new Problem('not_an_image', `This is ${kind}, not a file.`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}
