import { expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { Problem } from '@/lib/shared/problem'
import { locked } from '@/tests/support/many-photos'
import { zipPhotos } from './zip'

const LIMITS = { files: 5, bytes: 30_000_000, imageBytes: 1000 }

type Part = [name: string, content: Buffer | string, mode?: number]

async function zip(...parts: Part[]): Promise<Buffer> {
  const file = new ZipFile()
  for (const [name, content, mode] of parts) file.addBuffer(Buffer.from(content), name, { mode: mode ?? 0o100644 })
  file.end()
  const chunks: Buffer[] = []
  for await (const chunk of file.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Puts another name of the same length into an archive, in both places, as an attacker would. */
function renamed(archive: Buffer, from: string, to: string): Buffer {
  return Buffer.from(archive.toString('latin1').replaceAll(from, to), 'latin1')
}

async function read(archive: Buffer): Promise<[string, number][]> {
  const found: [string, number][] = []
  for await (const [name, bytes] of zipPhotos(archive, LIMITS)) found.push([name, bytes.length])
  return found
}

test('photos with their paths, without what packers add; one that is too large comes cut', async () => {
  const archive = await zip(
    ['a/koala.png', 'x'],
    ['__MACOSX/a/._koala.png', 'x'],
    ['a/.DS_Store', 'x'],
    ['ünïcode/猫.jpg', 'xyz'],
    ['inner.zip', 'PK'],
    ['large.jpg', Buffer.alloc(5000, 'abc')],
  )
  expect(await read(archive)).toEqual([
    ['a/koala.png', 1],
    ['ünïcode/猫.jpg', 3],
    ['inner.zip', 2],
    ['large.jpg', expect.any(Number)],
  ])
})

test.each<[string, () => Promise<Buffer> | Buffer, string, RegExp]>([
  ['no archive', () => Buffer.from('nothing'), 'invalid_parameter', /cannot be read/],
  ['a cut one', async () => (await zip(['a.png', noise(900)])).subarray(0, 300), 'invalid_parameter', /cannot be read/],
  [
    'a way out',
    async () => renamed(await zip(['aaaa.png', 'x']), 'aaaa.png', '../a.png'),
    'invalid_parameter',
    /\.\.\/a\.png/,
  ],
  [
    'an absolute name',
    async () => renamed(await zip(['aaaa.png', 'x']), 'aaaa.png', '/etc/pwd'),
    'invalid_parameter',
    /\/etc\/pwd/,
  ],
  ['a link', () => zip(['a.png', '/etc/passwd', 0o120777]), 'invalid_parameter', /a link in it \(a\.png\)/],
  [
    'a name twice',
    async () => renamed(await zip(['a.png', 'x'], ['b.png', 'y']), 'b.png', 'a.png'),
    'invalid_parameter',
    /a\.png twice/,
  ],
  ['a password', async () => locked(await zip(['a.png', 'x'])), 'invalid_parameter', /has a password \(a\.png\)/],
  [
    'too many',
    () => zip(...Array.from({ length: 6 }, (_, i): Part => [`${i}.png`, 'x'])),
    'too_many_files',
    /more than the 5/,
  ],
  ['a bomb', () => zip(['a.png', Buffer.alloc(20_000_000)]), 'archive_too_large', /200 times/],
  [
    'too much',
    () => zip(...[1, 2, 3, 4].map((i): Part => [`${i}.png`, noise(9_000_000)])),
    'archive_too_large',
    /30 MB/,
  ],
])('%s is refused', async (_, make, code, detail) => {
  const error = await read(await make()).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(Problem)
  expect([error.code, error.detail]).toEqual([code, expect.stringMatching(detail)])
})

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0, x = 1; i < length; i++) {
    x = (x * 48271) % 2147483647
    bytes[i] = x
  }
  return bytes
}
