import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ResultRow } from '@/lib/shared/results/columns'
import { FULL } from '../support/full'
import { zipOf } from '../support/many-photos'
import { replaced, unmarked } from '../support/odd-zips'
import { espresso } from '../support/photos'
import { startVision } from '../support/vision'
import { visionHere } from '../support/vision-here'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odd-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (name: string) => join(folder, name)
const photo = (path: string | Buffer) => copyFileSync('public/gallery/koala.webp', path)
const bytesAt = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])
const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultRow)
const classify = (...args: string[]) =>
  visionHere(['classify', ...args, '--format', 'ndjson', '--model', 'fast', '--workers', '1'])

test('classifies the files in a folder, and reports pipes, sockets and devices', async () => {
  photo(at('a.webp'))
  symlinkSync(at('a.webp'), at('link.webp'))
  symlinkSync('/dev/zero', at('zero.png'))
  execFileSync('mkfifo', [at('pipe.png'), at('pipe')])
  const socket = createServer().listen(at('socket.png'))
  await once(socket, 'listening')
  const { code, out, err } = await classify(folder)
  socket.close()
  // In order of completion.
  expect(
    rowsOf(out)
      .map(({ file, label }) => [file, label])
      .sort(),
  ).toEqual([
    [at('a.webp'), 'koala'],
    [at('link.webp'), 'koala'],
  ])
  expect(code).toBe(0)
  for (const line of [
    'pipe.png: skipped, because it is a named pipe',
    'socket.png: skipped, because it is a socket',
    'zero.png: skipped, because it is a device',
  ]) {
    expect(err).toContain(line)
  }
})

test('fails a named pipe at once without affecting other photos', async () => {
  photo(at('a.webp'))
  execFileSync('mkfifo', [at('pipe.png')])
  const { code, out, err } = await classify(at('pipe.png'), at('a.webp'), '/dev/null')
  expect([
    code,
    rowsOf(out)
      .map(({ status }) => status)
      .sort(),
  ]).toEqual([1, ['failed', 'failed', 'ok']])
  expect(err).toContain('pipe.png: not_an_image: This is a named pipe, not a file.')
})

test('handles names that are not UTF-8 in a folder, on the command line and on stdin', async () => {
  mkdirSync(at('photos'))
  const name = bytesAt('photos/caf\xe9.webp')
  photo(name)
  const read = [[`${at('photos')}/caf\\xE9.webp`, 'koala']]
  const labels = (out: string) => rowsOf(out).map(({ file, label }) => [file, label])
  expect(labels((await classify(at('photos'))).out)).toEqual(read)
  // Through a shell, because Node.js writes its arguments in UTF-8.
  const script = `exec "$0" dist/vision.js classify ${at('photos')}/*.webp --format ndjson --model fast`
  expect(labels(execFileSync('sh', ['-c', script, process.execPath], { encoding: 'utf8' }))).toEqual(read)
  const mark = Buffer.from('efbbbf', 'hex')
  const [lines, zeros] = [Buffer.concat([mark, name, Buffer.from('\r\n')]), Buffer.concat([name, Buffer.from('\0')])]
  for (const list of FULL ? [lines, zeros] : [lines]) {
    const { child, closed, said } = startVision(['classify', '-', '--format', 'ndjson', '--model', 'fast'])
    child.stdin.end(list)
    await closed
    expect(labels(said().out)).toEqual(read)
  }
})

test('classifies photos in a ZIP, with names in the given encoding', async () => {
  const archive = await zipOf([
    { file: 'nn/a.png', bytes: espresso },
    { file: 'labels.csv', bytes: Buffer.from('x') },
  ])
  writeFileSync(at('x.zip'), unmarked(replaced(archive, 'nn/', '\xd5\xd5/')))
  const { code, out } = await classify(at('x.zip'), '--zip-names', 'gbk')
  expect([code, rowsOf(out).map(({ file, label }) => [file, label])]).toEqual([
    0,
    [[`${at('x.zip')}/照/a.png`, 'espresso']],
  ])
  expect((await classify(at('x.zip'), '--zip-names', 'klingon')).code).toBe(2)
  writeFileSync(at('broken.zip'), 'PK')
  expect((await classify(at('broken.zip'))).code).toBe(4)
})

/** A file system whose server never responds, and a function to end it. Null if mounting is not permitted. */
async function stuckDisk(path: string): Promise<(() => Promise<unknown>) | null> {
  const script = `
import ctypes, os, sys
fd = os.open('/dev/fuse', os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b'stuck', sys.argv[1].encode(), b'fuse', 0, f'fd={fd},rootmode=100000,user_id=0,group_id=0'.encode()): sys.exit(1)
print('mounted', flush=True)
sys.stdin.read()
libc.umount2(sys.argv[1].encode(), 2)
`
  const child = spawn('python3', ['-c', script, path])
  const closed = once(child, 'close')
  const mounted = await Promise.race([once(child.stdout, 'data').then(() => true), closed.then(() => false)])
  if (!mounted) return null
  // Until then, any access to it hangs as well.
  return () => {
    child.stdin.end()
    return closed
  }
}

test.for(FULL ? (['SIGINT', 'SIGTERM'] as const) : (['SIGTERM'] as const))(
  'ends on the first %s while a disk does not respond, and keeps completed rows',
  async (signal, { skip }) => {
    photo(at('a.webp'))
    writeFileSync(at('stuck.png'), '')
    const end = await stuckDisk(at('stuck.png'))
    if (end === null) return skip('mounting is not permitted here')
    try {
      const { child, closed, said } = startVision(['classify', '-', '--out', at('r.csv'), '--workers', '1'])
      child.stdin.end(`${at('stuck.png')}\n${at('a.webp')}\n`)
      while (!existsSync(at('r.csv.part')) || readFileSync(at('r.csv.part'), 'utf8').split('\n').length < 3) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const start = performance.now()
      child.kill(signal)
      const [code, by] = await closed
      // Node.js before 22.15 can only end by a signal in this state.
      expect(code === 130 || by === 'SIGTERM').toBe(true)
      expect(performance.now() - start).toBeLessThan(5000)
      expect(said().err).toContain('with --resume to continue')
      expect(readFileSync(at('r.csv.part'), 'utf8')).toContain('"koala"')
    } finally {
      await end()
    }
  },
)

test('fails a read from an unresponsive disk at its deadline, and classifies the others', async ({ skip }) => {
  photo(at('a.webp'))
  writeFileSync(at('stuck.png'), '')
  const end = await stuckDisk(at('stuck.png'))
  if (end === null) return skip('mounting is not permitted here')
  try {
    const { child, closed, said } = startVision([
      'classify',
      '-',
      '--out',
      at('r.ndjson'),
      '--read-timeout',
      '1',
      '--workers',
      '1',
    ])
    child.stdin.end(`${at('stuck.png')}\n${at('a.webp')}\n`)
    const [code, by] = await closed
    expect(code === 1 || by === 'SIGTERM').toBe(true)
    expect(rowsOf(readFileSync(at('r.ndjson'), 'utf8')).map(({ status, error_code }) => [status, error_code])).toEqual([
      ['failed', 'deadline_exceeded'],
      ['ok', null],
    ])
    expect(said().err).toContain('1 of 2 photos failed')
    // A named path is inspected before anything runs.
    const named = await classify(at('stuck.png'), '--read-timeout', '1')
    expect(named.err).toContain('cannot be read')
  } finally {
    await end()
  }
})
