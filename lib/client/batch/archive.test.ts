import { expect, test } from 'vitest'
import { zipOf } from '@/tests/support/many-photos'
import { replaced } from '@/tests/support/odd-zips'
import { unpack } from './archive'

test('unpacks photos intact and rejects one with a wrong checksum', async () => {
  const photos = ['a.png', 'b.png'].map((file) => ({ file, bytes: Buffer.from(`${file} koala`) }))
  const archive = await zipOf(photos)
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(archive.readUInt32LE(archive.indexOf('PK\x01\x02') + 16))
  const wrongSum = Buffer.from(sum)
  wrongSum[0] = (wrongSum[0] as number) ^ 1
  const damaged = replaced(archive, sum.toString('latin1'), wrongSum.toString('latin1'))
  const { sources } = await unpack(new Blob([new Uint8Array(damaged)]))
  expect(sources.map(({ path }) => path)).toEqual(['a.png', 'b.png'])
  await expect(sources[0]?.open()).rejects.toThrow(/CRC32/)
  expect(await (await sources[1]?.open())?.text()).toBe('b.png koala')
})
