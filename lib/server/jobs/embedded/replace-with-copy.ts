import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { storageFaultOf } from '../../storage/storage-errors'
import { temporaryPath } from './atomic-json'
import type { LeaseHandle } from './lease-handle'

const CHUNK = 1 << 18

/**
 * Replaces a file with a copy of itself. A process that still has the old file open then writes where no one reads, and
 * can tell at once because its file has no name left. What it wrote until then is in the copy. If there is no room for
 * a copy, the file stays as it is.
 *
 * @returns a generator that does one piece of the work per step
 * @throws NodeJS.ErrnoException
 */
export function* replaceWithCopy(path: string, lease: LeaseHandle): Generator<void> {
  const copy = temporaryPath(path, lease)
  const source = openSync(path, 'r')
  let target: number | null = null
  try {
    lease.guard()
    target = openSync(copy, 'w')
    const length = yield* copyFrom(source, target, 0)
    lease.guard()
    renameSync(copy, path)
    yield* copyFrom(source, target, length)
  } catch (error) {
    if (storageFaultOf(error) !== 'storage_full') throw error
  } finally {
    closeSync(source)
    if (target !== null) closeSync(target)
  }
}

/** Copies from an offset to the current end. @returns the offset of that end */
function* copyFrom(source: number, target: number, start: number): Generator<void, number> {
  const chunk = Buffer.alloc(CHUNK)
  for (let at = start; ; ) {
    const length = readSync(source, chunk, 0, CHUNK, at)
    if (length === 0) return at
    for (let written = 0; written < length; ) {
      written += writeSync(target, chunk, written, length - written, at + written)
    }
    at += length
    yield
  }
}
