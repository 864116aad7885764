import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import type { LeaseHandle } from './lease-handle'

/** A job folder that lacks something every job must have. Waiting won't repair it. */
export class CorruptJobError extends Error {
  override readonly name = 'DamagedJob'
}

const TEMPORARY_SUFFIX = '.new'

/**
 * The path of a temporary file that is renamed over another. Each lease holder uses a name of its own: if a holder
 * stalls in between and wakes up after another took over, its temporary file is gone.
 */
export function temporaryPath(path: string, { name }: Pick<LeaseHandle, 'name'>): string {
  return `${path}.${name}${TEMPORARY_SUFFIX}`
}

/** Removes temporary files of other holders. @throws NodeJS.ErrnoException */
export function removeTemporaryFiles(folder: string, { guard }: Pick<LeaseHandle, 'guard'>): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(TEMPORARY_SUFFIX))) {
    guard()
    rmSync(join(folder, name), { force: true })
  }
}

/**
 * Writes a JSON file completely or not at all, through a rename.
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
 * Reads what `writeJson` wrote.
 *
 * @throws CorruptJobError if the file is missing or has other contents
 * @throws NodeJS.ErrnoException if it can't be read at the moment
 */
export function readJson<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  const value = readJsonIfExists(path, schema)
  if (value === null) throw new CorruptJobError(`${path} is missing`)
  return value
}

/** The same, but returns null if the file is missing. */
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
    throw new CorruptJobError(`${path} has unexpected contents`, { cause })
  }
}
