import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import type { Holding } from './holding'

/** A folder of a job that is there and has not what a job must have: no waiting mends it. */
export class DamagedJob extends Error {
  override readonly name = 'DamagedJob'
}

const UNFINISHED = '.new'

/**
 * Where a file is written that shall take the place of another by a rename. Each holder of the folder has a name of its own for it: of one that was stopped in between, and wakes up when
 * another has the folder, it is gone.
 */
export function unfinished(path: string, { name }: Pick<Holding, 'name'>): string {
  return `${path}.${name}${UNFINISHED}`
}

/** Takes away what others have not finished. @throws NodeJS.ErrnoException */
export function clearUnfinished(folder: string, { guard }: Pick<Holding, 'guard'>): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(UNFINISHED))) {
    guard()
    rmSync(join(folder, name), { force: true })
  }
}

/**
 * Writes a file of JSON whole or not at all, by one rename.
 *
 * @throws NodeJS.ErrnoException, and what the guard throws
 */
export function writeWhole(path: string, value: unknown, holding: Holding): void {
  const written = unfinished(path, holding)
  holding.guard()
  writeFileSync(written, JSON.stringify(value))
  holding.guard()
  renameSync(written, path)
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
