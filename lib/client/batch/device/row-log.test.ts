import { expect, test } from 'vitest'
import { failedRow, type ResultRow } from '@/lib/shared/results/columns'
import { RowLog } from './row-log'
import type { SyncFile } from './sync-file'

/** A file in memory, of at most `room` bytes. */
class MemoryFile implements SyncFile {
  bytes = new Uint8Array()
  flushed = 0
  constructor(private readonly room = Number.POSITIVE_INFINITY) {}
  getSize = () => this.bytes.length
  read(buffer: Uint8Array, { at }: { at: number }): number {
    buffer.set(this.bytes.subarray(at, at + buffer.length))
    return buffer.length
  }
  write(bytes: Uint8Array, { at }: { at: number }): number {
    const written = bytes.subarray(0, Math.max(0, this.room - at))
    const grown = new Uint8Array(Math.max(this.bytes.length, at + written.length))
    grown.set(this.bytes)
    grown.set(written, at)
    this.bytes = grown
    return written.length
  }
  truncate(size: number): void {
    this.bytes = this.bytes.slice(0, size)
  }
  flush(): void {
    this.flushed = this.bytes.length
  }
  close(): void {}
}

const row = (file: string, code = 'not_an_image'): ResultRow =>
  failedRow({ file, bytes: 1, sha256: 'a' }, { id: 'm', revision: 'r' }, { code, detail: 'ä\n' })

function written(file: MemoryFile, ...rows: ResultRow[]): RowLog {
  const log = new RowLog(file)
  log.open()
  for (const each of rows) log.append(each)
  return log
}

test('returns each photo once, with its last result', () => {
  const file = new MemoryFile()
  written(file, row('a.jpg', 'device_memory'), row('b.jpg'), row('a.jpg')).close()
  expect(file.flushed).toBe(file.bytes.length)
  expect(new RowLog(file).open()).toEqual([row('a.jpg'), row('b.jpg')])
})

test('cuts off a torn last line wherever it was torn, and goes on behind the whole ones', () => {
  const file = new MemoryFile()
  written(file, row('a.jpg'))
  const whole = file.bytes.length
  written(file, row('ö.jpg'))
  const all = file.bytes
  for (let size = whole; size < all.length; size++) {
    const torn = new MemoryFile()
    torn.bytes = all.slice(0, size)
    const log = new RowLog(torn)
    expect(log.open().map(({ file }) => file)).toEqual(['a.jpg'])
    log.append(row('c.jpg'))
    log.close()
    expect(new RowLog(torn).open().map(({ file }) => file)).toEqual(['a.jpg', 'c.jpg'])
  }
})

test('skips damaged lines', () => {
  const file = new MemoryFile()
  file.bytes = new TextEncoder().encode(
    `${JSON.stringify(row('a.jpg'))}\n\0\0\0\n{}\nnull\n${JSON.stringify(row('b'))}\n`,
  )
  expect(new RowLog(file).open().map(({ file }) => file)).toEqual(['a.jpg', 'b'])
})

test('leaves no part of a line when the disk is full', () => {
  const size = JSON.stringify(row('a.jpg')).length + 20
  const file = new MemoryFile(size)
  const log = written(file, row('a.jpg'))
  const before = file.bytes
  expect(() => log.append(row('b.jpg'))).toThrow('the disk is full')
  expect(file.bytes).toEqual(before)
  log.close()
})
