import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Vote, voteSchema } from '@/lib/shared/contract/feedback'
import { extendedTest } from '../support/full'
import { refusal } from '../support/http'
import { REAL_MODEL } from '../support/models'
import { espresso, oriented } from '../support/photos'
import { startS3 } from '../support/s3'
import { PAGES, startServer, type TestServer } from '../support/server'
import { visionHere } from '../support/vision-here'

const TOKEN = 'operator-of-the-tests'
const INDEX = { espresso: 967, cup: 968, koala: 105, wombat: 106 }

type Fields = Record<string, unknown>

const vote = (url: string, fields: Fields, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(`${url}/api/feedback`, { method: 'POST', headers, body: JSON.stringify(fields) })

let seed = 0
function fields(more: Fields = {}): Fields {
  const id = `vote-of-the-tests-${seed++}`
  return { id, model: 'efficientnet-lite0-int8', revision, index: INDEX.koala, score: 0.9, verdict: 'right', ...more }
}

let revision: string
async function revisionOf(url: string): Promise<string> {
  const { models } = (await (await fetch(`${url}/api/models`)).json()) as { models: { id: string; revision: string }[] }
  return models.find(({ id }) => id === 'efficientnet-lite0-int8')?.revision ?? ''
}

async function given(url: string, more: Fields = {}): Promise<Vote> {
  const reply = await vote(url, fields(more))
  const json = await reply.json()
  expect(reply.status, JSON.stringify(json)).toBe(201)
  return voteSchema.strict().parse(json)
}

/** Includes the byte order mark, which text() would remove. */
async function exported(url: string, format: 'csv' | 'ndjson'): Promise<string> {
  const reply = await fetch(`${url}/api/feedback?format=${format}`, { headers: { authorization: `Bearer ${TOKEN}` } })
  return Buffer.from(await reply.arrayBuffer()).toString()
}

/** The votes on the models page, as text. */
async function said(url: string): Promise<string> {
  const page = await (await fetch(`${url}/models`)).text()
  const text = page
    .replaceAll(/<script.*?<\/script>/gs, '')
    .replaceAll('<!-- -->', '')
    .replaceAll(/<[^>]+>/g, ' ')
  return (/Visitor feedback.{0,200}/s.exec(text)?.[0] ?? 'nothing').replaceAll(/\s+/g, ' ')
}

const votesOf = async (url: string): Promise<Vote[]> =>
  (await exported(url, 'ndjson'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

describe('in a folder', () => {
  let [server, data]: [TestServer, string] = [] as never
  const start = () =>
    startServer({
      env: {
        ...REAL_MODEL,
        ...PAGES,
        FEEDBACK: 'photos',
        ADMIN_TOKEN: TOKEN,
        DATA_DIR: data,
        ENGINE_WORKERS: '1',
        LOG_LEVEL: 'warn',
      },
    })
  const folder = () => join(data, 'feedback')
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'feedback-'))
    server = await start()
    revision = await revisionOf(server.url)
  })
  afterAll(async () => {
    await server.stop()
    rmSync(data, { recursive: true })
  })

  test('stores a vote, counts repeats once, and lets a later vote replace it', async () => {
    const first = await given(server.url, { request_id: 'r-1' })
    expect(first).toMatchObject({
      label: 'koala',
      verdict: 'right',
      correct_label: null,
      photo: null,
      request_id: 'r-1',
    })
    await given(server.url, { id: first.id })
    const corrected = await given(server.url, { id: first.id, verdict: 'wrong', correct: INDEX.wombat })
    expect(corrected).toMatchObject({ verdict: 'wrong', correct_label: 'wombat', correct_index: INDEX.wombat })
    await given(server.url)
    await given(server.url)
    const page = await said(server.url)
    expect(page).toContain('66.7% correct')
    expect(page).toContain('3 votes, 95% CI: 20.8')
    expect(page).toContain('koala → wombat (1)')
  })

  test('survives a crash and a truncated line', async () => {
    const before = await votesOf(server.url)
    server.child.kill('SIGKILL')
    const [file = ''] = readdirSync(folder()).filter((name) => name.endsWith('.ndjson'))
    appendFileSync(join(folder(), file), '{"id":"half-a-vote-of-')
    server = await start()
    const late = await given(server.url)
    expect(await votesOf(server.url)).toEqual([...before, late])
    expect(await said(server.url)).toContain('4 votes')
  })

  test('stores a photo only if it was sent, upright and without camera metadata', async () => {
    const photo = await sharp(await oriented(6))
      .withExif({ IFD0: { Make: 'SECRET CAMERA' }, IFD3: { GPSLatitude: '48/1 12/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const { photo: name, id, time } = await given(server.url, { photo: photo.toString('base64') })
    const [month = ''] = readdirSync(join(folder(), 'photos'))
    const kept = readFileSync(join(folder(), 'photos', month, name ?? ''))
    const { format, width, height, exif } = await sharp(kept).metadata()
    expect({ format, width, height, exif }).toEqual({ format: 'webp', width: 600, height: 400, exif: undefined })
    expect(kept.includes('SECRET')).toBe(false)
    await refusal(vote(server.url, fields({ photo: Buffer.from('no photo').toString('base64') })), 415, 'not_an_image')
    await refusal(
      vote(server.url, fields({ photo: espresso.subarray(0, 3000).toString('base64') })),
      422,
      'truncated_image',
    )
    // The operator alone can look at it, by the vote's ID and time.
    const ask = (path: string, token: string) =>
      fetch(`${server.url}/api/feedback/${path}`, { headers: { authorization: `Bearer ${token}` } })
    const shown = await ask(`${id}/photo?time=${time}`, TOKEN)
    expect(Buffer.from(await shown.arrayBuffer()).equals(kept)).toBe(true)
    await refusal(ask(`${id}/photo?time=${time}`, 'another-token'), 401, 'unauthorized')
    await refusal(ask(`${id}/photo?time=2020-01-01T00:00:00.000Z`, TOKEN), 404, 'not_found')
    await refusal(ask(`..%2F..%2F${id}/photo?time=${time}`, TOKEN), 404, 'not_found')
  })

  test('exports votes to the operator as CSV and NDJSON, also with the command; vision eval reads them', async () => {
    await refusal(fetch(`${server.url}/api/feedback`), 401, 'unauthorized')
    const votes = await votesOf(server.url)
    const csv = await exported(server.url, 'csv')
    expect(csv.split('\r\n')[0]).toBe(
      '\uFEFFid,time,model,revision,label,index,score,verdict,correct_label,correct_index,request_id,photo,labels,correct_labels',
    )
    expect(csv.trim().split('\r\n')).toHaveLength(votes.length + 1)
    const out = join(data, 'votes.csv')
    expect(
      await visionHere(['feedback', 'export', '--from', server.url, '--token', TOKEN, '--out', out]),
    ).toMatchObject({
      code: 0,
    })
    expect(readFileSync(out, 'utf8')).toBe(csv)
    const fromFolder = await visionHere(['feedback', 'export', '--from', folder(), '--format', 'ndjson'])
    expect(fromFolder.out).toBe(await exported(server.url, 'ndjson'))
    const reports = [out, folder(), server.url].map((from) =>
      visionHere(['eval', '--feedback', from, '--token', TOKEN]),
    )
    const [first, ...others] = await Promise.all(reports)
    expect(first).toMatchObject({ code: 0 })
    expect(first?.out).toMatch(/efficientnet-lite0-int8 +[0-9a-f]{12} +5 +4 +80\.0%/)
    expect(first?.out).toMatch(/koala +1 +wombat \(1\)/)
    for (const other of others) expect(other.out).toBe(first?.out)
    expect(await visionHere(['eval', '--feedback', 'nowhere'])).toMatchObject({ code: 3 })
    writeFileSync(out, 'id,time\nx,y\n')
    expect(await visionHere(['eval', '--feedback', out])).toMatchObject({ code: 4 })
  })

  test('refuses invalid votes', async () => {
    const wrong = { 'content-type': 'text/plain' }
    await refusal(vote(server.url, fields(), wrong), 400, 'invalid_json')
    for (const bad of [
      { id: 'short' },
      { verdict: 'maybe' },
      { index: 1000 },
      { correct: 3 },
      { verdict: 'wrong', correct: 1000 },
      { verdict: 'wrong', correct: INDEX.koala },
      { score: 1.5 },
      { revision: 'sha256:12' },
    ]) {
      await refusal(vote(server.url, fields(bad)), 400, 'invalid_parameter')
    }
    await refusal(vote(server.url, fields({ model: 'none' })), 404, 'unknown_model')
    await refusal(fetch(`${server.url}/api/feedback`, { method: 'DELETE' }), 405, 'method_not_allowed')
  })
})

test('is off by default, takes photos only in photos mode, and needs a bucket for several instances', async () => {
  const off = await startServer()
  await refusal(vote(off.url, fields()), 404, 'not_found')
  await off.stop()
  const labels = await startServer({ env: { FEEDBACK: 'labels', ...REAL_MODEL } })
  revision = await revisionOf(labels.url)
  await given(labels.url)
  await refusal(vote(labels.url, fields({ photo: 'aGVsbG8=' })), 400, 'invalid_parameter')
  await refusal(vote(labels.url, fields({ request_id: 'x'.repeat(20_000) })), 413, 'too_large')
  // Without an ADMIN_TOKEN, votes can't be exported.
  await refusal(fetch(`${labels.url}/api/feedback`), 405, 'method_not_allowed')
  await labels.stop()
  const many = await startServer({ env: { FEEDBACK: 'labels', INSTANCES: '2' } })
  await many.printed(/feedback is off: set BUCKET to share it between several instances/)
  await refusal(vote(many.url, fields()), 404, 'not_found')
  await many.stop()
})

extendedTest('several instances share votes in a bucket and report the same numbers', async () => {
  const s3 = await startS3()
  const env = {
    ...REAL_MODEL,
    ...PAGES,
    FEEDBACK: 'photos',
    ADMIN_TOKEN: TOKEN,
    ENGINE_WORKERS: '1',
    INSTANCES: '2',
    BUCKET: s3.bucket,
    AWS_ENDPOINT_URL: s3.url,
    ENABLE_BATCH_PROCESSING: 'false',
  }
  const [one, two] = await Promise.all([startServer({ env }), startServer({ env })])
  try {
    revision = await revisionOf(one.url)
    const first = await given(one.url, { photo: espresso.toString('base64') })
    expect(first.photo).toBe(`${first.id}.webp`)
    await given(two.url, { id: first.id, verdict: 'wrong', correct: INDEX.wombat })
    await given(two.url)
    for (const { url } of [two, one]) {
      const page = await said(url)
      expect(page).toContain('2 votes')
      expect(page).toContain('50.0% correct')
      expect(page).toContain('koala → wombat (1)')
    }
    expect((await votesOf(one.url)).map(({ verdict }) => verdict)).toEqual(['right', 'wrong', 'right'])
    const report = await visionHere(['eval', '--feedback', `s3://${s3.bucket}`], { AWS_ENDPOINT_URL: s3.url })
    expect(report.out).toMatch(/ 2 +1 +50\.0%/)
  } finally {
    await Promise.all([one.stop(), two.stop()])
  }
})
