import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of a test's own, in memory. */
export interface Disk {
  folder: string
  /** Uses up all its space. Returns a function that gives so many bytes of it back, all where it is not said. */
  fill(): (bytes?: number) => void
  /** Uses up all its inodes. Returns a function that gives so many of them back, all where it is not said. */
  fillInodes(): (inodes?: number) => void
  /** Turns it read-only for whatever is opened from now on, and back. */
  writable(writable: boolean): void
  remove(): void
}

const BLOCK = Buffer.alloc(4096)

/** Null where this machine lets nobody mount one: it takes root. @param options as of `mount -t tmpfs` */
export function openDisk(options: string): Disk | null {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  if (mounted.status !== 0) {
    rmSync(folder, { recursive: true })
    return null
  }
  return {
    folder,
    fill: () => fill(join(folder, 'ballast')),
    fillInodes: () => fillInodes(join(folder, 'inode')),
    writable(writable) {
      if (writable) spawnSync('umount', ['-l', folder])
      else {
        // Mounted once more over itself: a mount that has files open for writing cannot be turned.
        spawnSync('mount', ['--bind', folder, folder])
        spawnSync('mount', ['-o', 'remount,bind,ro', folder])
      }
    },
    remove() {
      while (spawnSync('umount', ['-l', folder]).status === 0);
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a test that needs one is skipped with. */
export const NO_DISK = 'it takes root to mount a disk of its own'

function fill(path: string): (bytes?: number) => void {
  const file = openSync(path, 'w')
  let size = 0
  try {
    for (;;) size += writeSync(file, BLOCK)
  } catch {
    closeSync(file)
  }
  return (bytes = size) => {
    size = Math.max(0, size - bytes)
    if (size === 0) rmSync(path, { force: true })
    else spawnSync('truncate', ['-s', String(size), path])
  }
}

function fillInodes(path: string): (inodes?: number) => void {
  const made: string[] = []
  try {
    for (;;) {
      const name = `${path}-${made.length}`
      writeFileSync(name, '')
      made.push(name)
    }
  } catch {
    // None is left.
  }
  return (inodes = made.length) => {
    for (const name of made.splice(0, inodes)) rmSync(name)
  }
}
