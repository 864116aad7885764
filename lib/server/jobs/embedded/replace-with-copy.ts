import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { storageFaultOf } from '../../storage/storage-errors'
import { temporaryPath } from './atomic-json'
import type { LeaseHandle } from './lease-handle'

const CHUNK = 1 << 18

/**
 * Puts a copy in a file's place: whoever still has the old one open writes into what nobody reads, and sees at once that it has no name any more. What was
 * written into it until then is in the copy. Where there is no room for a copy, the file stays as it is.
 *
 * @returns what it is made by, a piece at each step
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

/** From a place on to the end, as it is now. Where that is. */
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
