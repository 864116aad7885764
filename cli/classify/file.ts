import { constants, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { fileName } from '@/lib/shared/files/file-name'
import { Problem } from '@/lib/shared/problems/problem'

/** Where a file is: as text, or as bytes where its name is no UTF-8. */
export type Path = string | Buffer

/** A path for people and for the results. */
export function displayPath(path: Path): string {
  return typeof path === 'string' ? path : fileName(path)
}

/** What stands in the place of a file; null where it is one. */
export function nonFileKind(found: Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket'>): string | null {
  if (found.isFile()) return null
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a named pipe'
  return found.isSocket() ? 'a socket' : 'a device'
}

/**
 * Reads a file, and nothing that only looks like one: a pipe without a writer would never begin.
 *
 * @throws Problem `not_an_image` where it is no file; an error of the file system
 */
export async function readRegularFile(path: Path): Promise<Uint8Array> {
  // A pipe is opened at once so, and a file is the same.
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
