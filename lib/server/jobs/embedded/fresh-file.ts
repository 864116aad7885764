import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { troubleOf } from '../../storage/store-fault'

const CHUNK = 1 << 18

/**
 * Puts a copy in a file's place: whoever still has the old one open writes into what nobody reads. Where there is no room for a copy, the file stays as it is.
 *
 * @throws NodeJS.ErrnoException
 */
export function* freshFile(path: string, guard: () => void): Generator<void> {
  const copy = `${path}.new`
  try {
    guard()
    yield* copied(path, copy)
    guard()
    renameSync(copy, path)
  } catch (error) {
    if (troubleOf(error) !== 'storage_full') throw error
    rmSync(copy, { force: true })
  }
}

function* copied(from: string, to: string): Generator<void> {
  const source = openSync(from, 'r')
  const target = openSync(to, 'w')
  const chunk = Buffer.alloc(CHUNK)
  try {
    for (let at = 0; ; ) {
      const length = readSync(source, chunk, 0, CHUNK, at)
      if (length === 0) return
      for (let written = 0; written < length; ) {
        written += writeSync(target, chunk, written, length - written, at + written)
      }
      at += length
      yield
    }
  } finally {
    closeSync(source)
    closeSync(target)
  }
}
