import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identitySchema, isAlive, ownIdentity } from './process-identity'

const OWNER = 'owner.json'
/** How often its owner says that it lives. */
const HEARTBEAT_MS = 60_000
/** An owner that has said nothing for so long is gone, by the clock of the disk. */
const ABANDONED_MS = 15 * HEARTBEAT_MS

/** A folder of this process alone. */
export interface ProcessFolder {
  path: string
  /** Removes it with all that is in it. */
  close(): void
}

/**
 * Makes a folder of this process's own in `parent`, which others may share, and removes those that processes of before have left there: killed ones could not.
 * Of another container or host nobody can tell whether it lives, so each folder says so itself, in the time of its file `owner.json`.
 *
 * @param prefix of its name, and of those that are looked at
 * @throws NodeJS.ErrnoException where there can be none
 */
export function createProcessFolder(parent: string, prefix: string): ProcessFolder {
  mkdirSync(parent, { recursive: true })
  const path = mkdtempSync(join(parent, prefix))
  const owner = join(path, OWNER)
  writeFileSync(owner, JSON.stringify(ownIdentity()))
  removeAbandoned(parent, prefix, statSync(owner).mtimeMs)
  const timer = setInterval(() => beat(owner), HEARTBEAT_MS).unref()
  return {
    path,
    close() {
      clearInterval(timer)
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** No fault of the disk ends a process for this: the next beat may come through. */
function beat(owner: string): void {
  try {
    writeFileSync(owner, JSON.stringify(ownIdentity()))
  } catch {
    return
  }
}

/** @param now by the clock of the disk (milliseconds since 1970) */
function removeAbandoned(parent: string, prefix: string, now: number): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue
    const path = join(parent, name)
    // What cannot be looked at or removed now is there at the next start.
    try {
      if (isAbandoned(path, now)) rmSync(path, { recursive: true, force: true })
    } catch {}
  }
}

/** One without an owner's file is of an older version, whose owner may live; an empty one is being written. */
function isAbandoned(path: string, now: number): boolean {
  const owner = join(path, OWNER)
  const text = readFileSync(owner, 'utf8')
  const living = text === '' ? null : isAlive(identitySchema.parse(JSON.parse(text)))
  return !(living ?? now - statSync(owner).mtimeMs <= ABANDONED_MS)
}
