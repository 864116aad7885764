import { expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { Problem } from '@/lib/shared/problems/problem'
import { locked } from '@/tests/support/many-photos'
import { packedBy, replaced, unmarked } from '@/tests/support/odd-zips'
import { zipPhotos } from './zip'

const LIMITS = { files: 5, bytes: 30_000_000, imageBytes: 1000 }

type Part = [name: string, content: Buffer | string, mode?: number, compress?: boolean]

async function zip(...parts: Part[]): Promise<Buffer> {
  const file = new ZipFile()
  for (const [name, content, mode, compress = true] of parts) {
    file.addBuffer(Buffer.from(content), name, { mode: mode ?? 0o100644, compress })
  }
  file.end()
  const chunks: Buffer[] = []
  for await (const chunk of file.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Name and length of each photo, or why it alone fails. */
async function read(archive: Buffer, encoding?: string): Promise<[string, number | string][]> {
  const found: [string, number | string][] = []
  for await (const [name, photo] of zipPhotos(archive, LIMITS, encoding)) {
    found.push([name, photo instanceof Problem ? `${photo.code}: ${photo.detail}` : photo.length])
  }
  return found
}

test('returns photos with their paths, without system files; cuts off one that is too large', async () => {
  const archive = await zip(
    ['a/koala.png', 'x'],
    ['__MACOSX/a/._koala.png', 'x'],
    ['a/.DS_Store', 'x'],
    ['a/Thumbs.db', 'x'],
    ['Desktop.ini', 'x'],
    ['labels.csv', 'file,label'],
    ['a/labels.json', '{}'],
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
  ['something that is not an archive', () => Buffer.from('nothing'), 'invalid_parameter', /cannot be read/],
  [
    'a truncated archive',
    async () => (await zip(['a.png', noise(900)])).subarray(0, 300),
    'invalid_parameter',
    /cannot be read/,
  ],
  [
    'an archive with too many photos',
    () => zip(...Array.from({ length: 6 }, (_, i): Part => [`${i}.png`, 'x'])),
    'too_many_files',
    /more than the 5/,
  ],
  ['a ZIP bomb', () => zip(['a.png', Buffer.alloc(20_000_000)]), 'archive_too_large', /200 times/],
  [
    'an archive that unpacks to too much',
    () => zip(...[1, 2, 3, 4].map((i): Part => [`${i}.png`, noise(9_000_000)])),
    'archive_too_large',
    /30 MB/,
  ],
])('refuses %s', async (_, make, code, detail) => {
  const error = await read(await make()).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(Problem)
  expect([error.code, error.detail]).toEqual([code, expect.stringMatching(detail)])
})

/** An archive of `a.png` and `b.png`, changed by the test. */
const two = (change: (archive: Buffer) => Buffer) => zip(['a.png', noise(50)], ['b.png', 'y']).then(change)
function flipped(archive: Buffer): Buffer {
  const bytes = Buffer.from(archive)
  for (let at = 36; at < 60; at++) bytes[at] = 0xff
  return bytes
}

/** Changes the checksum of the first file in the central directory, which readers go by (APPNOTE 4.3.12). */
function wrongSum(archive: Buffer): Buffer {
  const bytes = Buffer.from(archive)
  const at = bytes.indexOf('PK\x01\x02') + 16
  bytes.writeUInt32LE((bytes.readUInt32LE(at) ^ 1) >>> 0, at)
  return bytes
}

test.each<[string, (archive: Buffer) => Buffer, string, RegExp]>([
  [
    'a path out of the archive',
    (archive) => replaced(archive, 'a.png', '../ab'),
    '../ab',
    /^invalid_parameter: .*points outside/,
  ],
  [
    'an absolute name',
    (archive) => replaced(archive, 'a.png', '/root'),
    '/root',
    /^invalid_parameter: .*points outside/,
  ],
  [
    'a Windows drive',
    (archive) => replaced(archive, 'a.png', 'C:a.p'),
    'C:a.p',
    /^invalid_parameter: .*points outside/,
  ],
  ['bzip2', (archive) => packedBy(archive, 'a.png', 12), 'a.png', /^unsupported_format: .*bzip2/],
  ['LZMA', (archive) => packedBy(archive, 'a.png', 14), 'a.png', /^unsupported_format: .*LZMA/],
  ['Deflate64', (archive) => packedBy(archive, 'a.png', 9), 'a.png', /^unsupported_format: .*Deflate64/],
  ['Zstandard', (archive) => packedBy(archive, 'a.png', 93), 'a.png', /^unsupported_format: .*Zstandard/],
  ['an unknown method', (archive) => packedBy(archive, 'a.png', 77), 'a.png', /^unsupported_format: .*method 77/],
  ['damage', flipped, 'a.png', /^truncated_image: .*damaged here/],
  ['a wrong checksum', wrongSum, 'a.png', /^truncated_image: .*checksum/],
])('%s: only that photo fails', async (_, change, name, reason) => {
  expect(await read(await two(change))).toEqual([
    [name, expect.stringMatching(reason)],
    ['b.png', 1],
  ])
})

test('a changed byte in a stored file fails only that file', async () => {
  const archive = await zip(['a.png', 'koala koala', 0o100644, false], ['b.png', 'y'])
  expect(await read(replaced(archive, 'koala koala', 'koala kaala'))).toEqual([
    ['a.png', expect.stringMatching(/^truncated_image: .*checksum/)],
    ['b.png', 1],
  ])
})

test('limits files that each unpack to less than the limit together, by the bytes of the archive', async () => {
  const limits = { files: 1000, bytes: 1_000_000_000, imageBytes: 2_000_000 }
  const bomb = await zip(...Array.from({ length: 60 }, (_, i): Part => [`${i}.png`, Buffer.alloc(999_999)]))
  const unpacked = async (archive: Buffer, before = 0) => {
    let bytes = 0
    for await (const [, photo] of zipPhotos(archive, { ...limits, before })) bytes += (photo as Uint8Array).length
    return bytes
  }
  await expect(unpacked(bomb)).rejects.toMatchObject({
    code: 'archive_too_large',
    detail: expect.stringMatching(/200 times/),
  })
  // Small files may have any ratio. Earlier archives count.
  const small = await zip(['a.png', Buffer.alloc(900_000)])
  expect(await unpacked(small)).toBe(900_000)
  await expect(unpacked(small, 999_200_000)).rejects.toMatchObject({ code: 'archive_too_large' })
})

test('a symbolic link, an encrypted file and a duplicate name fail alone', async () => {
  expect(await read(await zip(['a.png', '/etc/passwd', 0o120777], ['b.png', 'y']))).toEqual([
    ['a.png', expect.stringMatching(/^invalid_parameter: .*symbolic link/)],
    ['b.png', 1],
  ])
  expect(await read(locked(await zip(['a.png', 'x'])))).toEqual([
    ['a.png', expect.stringMatching(/^invalid_parameter: .*password/)],
  ])
  expect(await read(replaced(await zip(['a.png', 'x'], ['b.png', 'y']), 'b.png', 'a.png'))).toEqual([
    ['a.png', 1],
    ['a.png', expect.stringMatching(/^invalid_parameter: .*another file with this name/)],
  ])
})

test('reads undeclared names as UTF-8, as macOS writes them, or in the given encoding', async () => {
  const named = async (name: Buffer) => {
    const archive = await zip(['n'.repeat(name.length), 'x'])
    return replaced(archive, 'n'.repeat(name.length), name.toString('latin1'))
  }
  const chinese = Buffer.concat([Buffer.from('d5d5c6ac', 'hex'), Buffer.from('.png')])
  expect(await read(unmarked(await named(Buffer.from('Bu\u0308ro.png'))))).toEqual([['Bu\u0308ro.png', 1]])
  expect(await read(unmarked(await named(chinese)), 'gbk')).toEqual([['照片.png', 1]])
  expect(await read(unmarked(await named(Buffer.from('caf\xe9.png', 'latin1'))))).toEqual([['caf\\xE9.png', 1]])
})

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0, x = 1; i < length; i++) {
    x = (x * 48271) % 2147483647
    bytes[i] = x
  }
  return bytes
}
