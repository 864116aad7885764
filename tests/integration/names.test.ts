import { afterAll, beforeAll, expect, test } from 'vitest'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { zipOf } from '../support/many-photos'
import { packedBy, replaced, unmarked } from '../support/odd-zips'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  expect(server.output()).not.toContain('"code":"internal"')
  await server.stop()
})

const BOUNDARY = 'a-boundary'
const TYPE = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
/** File names as clients write them, one byte per letter, and as they are returned. */
const NAMES: readonly [written: string, read: string][] = [
  ['caf\xe9.png', 'caf\\xE9.png'],
  ['\x93\xfa\x96{.png', '\\x93\\xFA\\x96{.png'],
  ['\xd5\xd5\xc6\xac.png', '\\xD5\\xD5\\xC6\\xAC.png'],
  [Buffer.from('Büro 猫.png').toString('latin1'), 'Büro 猫.png'],
  ['C:\\fakepath\\x.png', 'C:\\fakepath\\x.png'],
  ['same.png', 'same.png'],
  ['same.png', 'same.png'],
  ['', 'files'],
]

function form(names: readonly string[]): Buffer {
  const parts = names.flatMap((name) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\nContent-Type: image/png\r\n\r\n`,
      'latin1',
    ),
    espresso,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
}
const post = (path: string, body: Buffer) =>
  fetch(server.url + path, { method: 'POST', body: new Uint8Array(body), headers: TYPE })

// An explanation's status comes before its work, which is then aborted.
test.each(['/api/classify', '/api/explain?stream=1'])('%s accepts any file name', async (path) => {
  for (const [written] of NAMES) {
    const { status, body } = await post(path, form([written]))
    await body?.cancel()
    expect([written, status]).toEqual([written, 200])
  }
})

test('a stream returns a result for each file name', async () => {
  const lines = (await (await post('/api/classify?stream=1', form(NAMES.map(([written]) => written)))).text()).trim()
  const rows = lines.split('\n').map((line) => JSON.parse(line) as { index: number; file: string; bytes: number })
  expect(rows.sort((a, b) => a.index - b.index).map(({ file, bytes }) => [file, bytes])).toEqual(
    NAMES.map(([, read]) => [read, espresso.length]),
  )
})

test('a job keeps the names in its results, and decodes ZIP names in the given encoding', async () => {
  const names = async (body: Buffer, query: string, type: Record<string, string>) => {
    const { id } = await createJob(server.url, new Uint8Array(body), query, type)
    await jobDone(server.url, id)
    return (await resultsOf(server.url, id)).map(({ file, status }) => [file, status])
  }
  expect(await names(form(NAMES.map(([written]) => written)), '', TYPE)).toEqual(NAMES.map(([, read]) => [read, 'ok']))
  const zip = await chineseZip()
  const type = { 'content-type': 'application/zip' }
  expect(await names(zip, '', type)).toEqual([
    ['\\xD5\\xD5.png', 'ok'],
    ['packed.png', 'failed'],
  ])
  expect(await names(zip, '?zip_names=GBK', type)).toEqual([
    ['照.png', 'ok'],
    ['packed.png', 'failed'],
  ])
  const wrong = await fetch(`${server.url}/api/jobs?zip_names=klingon`, {
    method: 'POST',
    body: new Uint8Array(zip),
    headers: type,
  })
  expect([wrong.status, (await wrong.json()).code]).toEqual([400, 'invalid_parameter'])
})

/** A ZIP with one name in GBK, one photo compressed with bzip2, and files that are not photos. */
async function chineseZip(): Promise<Buffer> {
  const other = ['labels.csv', 'Thumbs.db', 'desktop.ini'].map((file) => ({ file, bytes: Buffer.from('x') }))
  const archive = await zipOf([{ file: 'nn.png', bytes: espresso }, { file: 'packed.png', bytes: espresso }, ...other])
  return packedBy(unmarked(replaced(archive, 'nn.png', '\xd5\xd5.png')), 'packed.png', 12)
}
