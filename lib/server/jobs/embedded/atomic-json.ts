import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import type { LeaseHandle } from './lease-handle'

/** A folder of a job that is there and has not what a job must have: no waiting mends it. */
export class CorruptJobError extends Error {
  override readonly name = 'DamagedJob'
}

const TEMPORARY_SUFFIX = '.new'

/**
 * Where a file is written that shall take the place of another by a rename. Each holder of the folder has a name of its own for it: of one that was stopped in between, and wakes up when
 * another has the folder, it is gone.
 */
export function temporaryPath(path: string, { name }: Pick<LeaseHandle, 'name'>): string {
  return `${path}.${name}${TEMPORARY_SUFFIX}`
}

/** Takes away what others have not finished. @throws NodeJS.ErrnoException */
export function removeTemporaryFiles(folder: string, { guard }: Pick<LeaseHandle, 'guard'>): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(TEMPORARY_SUFFIX))) {
    guard()
    rmSync(join(folder, name), { force: true })
  }
}

/**
 * Writes a file of JSON whole or not at all, by one rename.
 *
 * @throws NodeJS.ErrnoException, and what the guard throws
 */
export function writeJson(path: string, value: unknown, lease: LeaseHandle): void {
  const temporary = temporaryPath(path, lease)
  lease.guard()
  writeFileSync(temporary, JSON.stringify(value))
  lease.guard()
  renameSync(temporary, path)
}

/**
 * What `writeWhole` has written.
 *
 * @throws DamagedJob where there is none, or it is something else
 * @throws NodeJS.ErrnoException where it cannot be read now
 */
export function readJson<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  const value = readJsonIfExists(path, schema)
  if (value === null) throw new CorruptJobError(`${path} is missing`)
  return value
}

/** The same, and null where there is none. */
export function readJsonIfExists<T extends z.ZodType>(path: string, schema: T): z.output<T> | null {
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
    throw new CorruptJobError(`${path} is not what was written`, { cause })
  }
}
