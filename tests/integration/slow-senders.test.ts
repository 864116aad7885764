import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, classify, type OpenUpload, openUpload } from '../support/http'
import { createJob, jobDone } from '../support/jobs'
import { distinctPhotos, FORM_END, FORM_TYPE, filePart, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
const web = createServer((_request, response) => response.write('a little of a photo, and then nothing'))
beforeAll(async () => {
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  const host = `127.0.0.1:${(web.address() as AddressInfo).port}`
  // A small server: two photos of the maximum size fill the memory for uploads.
  server = await startServer({ env: { LOG_LEVEL: 'warn', MAX_QUEUE_BYTES: '40000000', URL_INPUT_ALLOW: host } })
})
afterAll(async () => {
  await server.stop()
  web.closeAllConnections()
  web.close()
})

test('slow uploads reserve only the bytes they have sent and do not block others', async () => {
  const [photo] = distinctPhotos(1)
  const begun = filePart(photo!).subarray(0, 3000)
  const slow: OpenUpload[] = []
  const begin = async (path: string, headers: Record<string, string>, bytes: Uint8Array) => {
    const upload = openUpload(server.url + path, headers)
    slow.push(upload)
    await upload.send(bytes)
  }
  for (let i = 0; i < 8; i++) {
    await begin('/api/jobs', FORM_TYPE, begun)
    await begin('/api/classify?stream=1', FORM_TYPE, begun)
    await begin('/api/jobs', { 'content-type': 'application/zip' }, Buffer.from('PK'))
    await begin('/api/classify', { 'content-length': '19000000' }, espresso.subarray(0, 3000))
    await begin('/api/explain', { 'content-length': '19000000' }, espresso.subarray(0, 3000))
    const url = JSON.stringify({ url: `http://127.0.0.1:${(web.address() as AddressInfo).port}/` })
    await begin('/api/classify', { 'content-type': 'application/json' }, Buffer.from(url))
    void slow
      .at(-1)
      ?.end()
      .catch(() => {})
  }
  const { id } = await createJob(server.url, formOf(distinctPhotos(5)), '?model=fast')
  expect((await jobDone(server.url, id)).counts.ok).toBe(5)
  expect((await answer(classify(server.url, espresso))).image.bytes).toBe(espresso.length)
  const stream = await classify(server.url, formOf(distinctPhotos(2)), { query: '?stream=1' })
  expect((await stream.text()).match(/"status":"ok"/g)).toHaveLength(2)
  // A slow client that continues gets its response.
  const phone = slow[0] as OpenUpload
  await phone.send(filePart(photo!).subarray(3000))
  await phone.send(FORM_END)
  expect((await phone.end()).status).toBe(201)
  for (const upload of slow) upload.leave()
})
