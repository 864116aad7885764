import { expect, test } from 'vitest'
import { readUrlList } from './url-list'

async function read(list: string): Promise<[url: string, file: string][]> {
  const found: [string, string][] = []
  for await (const { url, file } of readUrlList(Buffer.from(list))) found.push([url, file])
  return found
}

test('reads columns in any order and case, byte order marks, quoted values, and empty lines', async () => {
  const list = '\ufeffnote; File ;URL\r\n"a;b";"ü\nx.jpg"; http://a/1 \r\n\r\n;;\r\nc;;http://a/2\r\n'
  expect(await read(list)).toEqual([
    ['http://a/1', 'ü\nx.jpg'],
    ['http://a/2', ''],
  ])
  expect(await read('url\nhttp://a/1')).toEqual([['http://a/1', '']])
  expect(await read('url,file\n')).toEqual([])
})

test('reads each URL of a long list once and completely, including multibyte characters', async () => {
  const urls = Array.from({ length: 20_000 }, (_, i) => `http://bücher/${i}/照片.jpg`)
  expect((await read(`url\n${urls.join('\n')}\n`)).map(([url]) => url)).toEqual(urls)
})

test.each([
  ['', /Its columns are: none/],
  ['name,address\nx,y\n', /Its columns are: name, address/],
])('refuses %j, which has no column url', async (list, detail) => {
  await expect(read(list)).rejects.toMatchObject({ code: 'invalid_parameter', detail: expect.stringMatching(detail) })
})
