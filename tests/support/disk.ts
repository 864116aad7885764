import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An in-memory disk for one test. */
export interface Disk {
  folder: string
  /** Fills the disk. Returns a function that frees the given number of bytes, or all by default. */
  fill(): (bytes?: number) => void
  /** Uses up all inodes. Returns a function that frees the given number, or all by default. */
  fillInodes(): (inodes?: number) => void
  /** Makes it read-only or writable for files opened from now on. */
  writable(writable: boolean): void
  remove(): void
}

const BLOCK = Buffer.alloc(4096)

/** Null if mounting isn't possible: it requires root. @param options as for `mount -t tmpfs` */
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
        // Bind-mounted over itself: a mount with files open for writing can't become read-only.
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

/** The skip message. */
export const NO_DISK = 'requires root to mount a disk'

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
    // No inodes are left.
  }
  return (inodes = made.length) => {
    for (const name of made.splice(0, inodes)) rmSync(name)
  }
}
