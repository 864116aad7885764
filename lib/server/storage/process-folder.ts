import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identitySchema, isAlive, ownIdentity } from './process-identity'

const OWNER = 'owner.json'
/** How often the owner shows that it is alive. */
const HEARTBEAT_MS = 60_000
/** An owner that hasn't shown so for this long is gone, by the disk's clock. */
const ABANDONED_MS = 15 * HEARTBEAT_MS

/** A folder that only this process uses. */
export interface ProcessFolder {
  path: string
  /** Removes it with everything in it. */
  close(): void
}

/**
 * Creates a folder for this process in `parent`, which others may share, and removes folders of earlier processes that
 * were killed. Whether a process in another container or on another host is alive can't be seen from here, so the
 * modification time of each folder's `owner.json` is its heartbeat.
 *
 * @param prefix of the folder's name, and of the folders to check
 * @throws NodeJS.ErrnoException if it can't be created
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

/** A fault of the disk must not end the process: the next heartbeat may succeed. */
function beat(owner: string): void {
  try {
    writeFileSync(owner, JSON.stringify(ownIdentity()))
  } catch {
    return
  }
}

/**
 * Removes folders of earlier processes that were killed, for a process that may never need one of its own.
 *
 * @param now by the disk's clock (milliseconds since 1970)
 * @throws NodeJS.ErrnoException if `parent` can't be read
 */
export function removeAbandoned(parent: string, prefix: string, now: number): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue
    const path = join(parent, name)
    // What can't be checked or removed now is checked again at the next start.
    try {
      if (isAbandoned(path, now)) rmSync(path, { recursive: true, force: true })
    } catch {}
  }
}

/**
 * A folder without an owner file is from an older version, whose owner may be alive; an empty file is being written.
 */
function isAbandoned(path: string, now: number): boolean {
  const owner = join(path, OWNER)
  const text = readFileSync(owner, 'utf8')
  const living = text === '' ? null : isAlive(identitySchema.parse(JSON.parse(text)))
  return !(living ?? now - statSync(owner).mtimeMs <= ABANDONED_MS)
}
