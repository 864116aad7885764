import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { z } from 'zod'

/** A folder of a job that is there and has not what a job must have: no waiting mends it. */
export class DamagedJob extends Error {
  override readonly name = 'DamagedJob'
}

/**
 * Writes a file of JSON whole or not at all, by one rename.
 *
 * @param guard asked before each change. @throws where this process may not make it
 * @throws NodeJS.ErrnoException
 */
export function writeWhole(path: string, value: unknown, guard: () => void): void {
  guard()
  writeFileSync(`${path}.new`, JSON.stringify(value))
  guard()
  renameSync(`${path}.new`, path)
}

/**
 * What `writeWhole` has written.
 *
 * @throws DamagedJob where there is none, or it is something else
 * @throws NodeJS.ErrnoException where it cannot be read now
 */
export function readWhole<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  const value = readWholeIfThere(path, schema)
  if (value === null) throw new DamagedJob(`${path} is missing`)
  return value
}

/** The same, and null where there is none. */
export function readWholeIfThere<T extends z.ZodType>(path: string, schema: T): z.output<T> | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new DamagedJob(`${path} is not what was written`, { cause })
  }
}
