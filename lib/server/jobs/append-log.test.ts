import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppendLog } from './append-log'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('reads back lines longer than a chunk, in any script, from their ranges and in order', () => {
  const path = join(folder, 'a.ndjson')
  const values = Array.from({ length: 300 }, (_, i) => ({ i, text: 'ü'.repeat((i * 997) % 90_000) }))
  const log = AppendLog.open(path)
  const ranges = values.map((value) => log.append(value))
  expect(log.read(ranges[299]!)).toEqual(values[299])
  log.releaseFile()
  expect(log.read(ranges[298]!)).toEqual(values[298])
  expect([...log.from(ranges[299]!.offset)].map(({ value }) => value)).toEqual([values[299]])
  log.close()
  const read: unknown[] = []
  const again = AppendLog.open(path, (value, range) => {
    read.push(value)
    expect(range).toEqual(ranges[read.length - 1])
  })
  expect(read).toEqual(values)
  expect([...again.from(ranges[297]!.offset)].map(({ value }) => value)).toEqual(values.slice(297))
  again.close()
})

test.each(['{"i":', '{"i":2', 'x'.repeat(200_000)])('removes a last line that was cut short: %.10s', (torn) => {
  const path = join(folder, 'a.ndjson')
  const log = AppendLog.open(path)
  log.append({ i: 1 })
  log.close()
  appendFileSync(path, torn)
  const again = AppendLog.open(path)
  again.append({ i: 2 })
  again.close()
  expect(readFileSync(path, 'utf8')).toBe('{"i":1}\n{"i":2}\n')
})
