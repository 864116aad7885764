import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Color, colorPhoto, colorPhotos, formWith, send } from '../support/colors'
import { TINY_MODEL } from '../support/models'
import { startS3 } from '../support/s3'
import { startServer, type TestServer } from '../support/server'
import { vision } from '../support/vision'
import { visionHere } from '../support/vision-here'

const INDEX = { blue: 0, green: 1, red: 2 } as const

let data: string
let server: TestServer
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'feedback-train-'))
  server = await startServer({ env: { ...TINY_MODEL, FEEDBACK: 'photos', DATA_DIR: data } })
})
afterAll(async () => {
  await server.stop()
  rmSync(data, { recursive: true })
})

let votes = 0
async function vote(model: string, revision: string, fields: object, photo?: Uint8Array, at = server) {
  const id = `corrected-vote-${String(votes++).padStart(4, '0')}`
  const kept = photo ? { photo: Buffer.from(photo).toString('base64') } : {}
  const body = { id, model, revision, index: INDEX.red, score: 0.6, ...fields, ...kept }
  expect((await send(at, 'POST', '/api/feedback', body)).status).toBe(201)
  return body
}

const train = (...args: string[]) =>
  visionHere(['train', ...args, '--data-dir', data, '--models-dir', TINY_MODEL.MODELS_DIR, '--json'])

test('answers that visitors corrected, and only those with a photo, become examples of the model', async () => {
  const { model } = (await send(server, 'POST', '/api/models', formWith({ id: 'paint' }, await colorPhotos()))).body
  const wrong = (correct: Color & keyof typeof INDEX) => ({ verdict: 'wrong', correct: INDEX[correct] })
  // Dark blue, which visitors know and the model does not.
  for (const seed of [50, 51]) await vote('paint', model.revision, wrong('blue'), await colorPhoto('blue', seed))
  await vote('paint', model.revision, wrong('green'))
  await vote('paint', model.revision, { verdict: 'right' }, await colorPhoto('red', 52))
  await vote('paint', model.revision, { verdict: 'wrong' }, await colorPhoto('red', 53))
  // The last vote with an ID counts: first without the right label, then with it; and taken back.
  const late = await vote('paint', model.revision, { verdict: 'wrong' }, await colorPhoto('green', 54))
  await vote('paint', model.revision, { ...wrong('green'), id: late.id })
  const undone = await vote('paint', model.revision, wrong('green'), await colorPhoto('red', 55))
  await vote('paint', model.revision, { verdict: 'right', id: undone.id })
  // Another model's labels are others.
  await vote('tiny', model.base_model.revision, wrong('green'), await colorPhoto('green', 56))

  const folder = join(data, 'feedback')
  const trained = await train('--from-feedback', folder, '--add', 'paint')
  expect([trained.code, trained.err]).toEqual([
    0,
    expect.stringContaining('3 of 4 corrected answers of paint have a photo'),
  ])
  expect(JSON.parse(trained.out)).toMatchObject({ id: 'paint', examples: 27, skipped: [] })
  const { evaluation, history } = (await send(server, 'GET', '/api/models/paint')).body
  expect([evaluation.examples, history.length]).toEqual([27, 2])

  const photos = join(folder, 'photos', readdirSync(join(folder, 'photos'))[0] ?? '')
  rmSync(join(photos, `${late.id}.webp`))
  const again = JSON.parse((await train('--from-feedback', folder, '--add', 'paint')).out)
  expect(again).toMatchObject({ examples: 27, skipped: [{ file: `feedback/${late.id}`, code: 'not_an_image' }] })

  const none = await train('--from-feedback', folder, '--name', 'New', '--base', 'tiny', '--id', 'paint')
  expect(none).toMatchObject({ code: 1 })
  const votesFile = join(data, 'votes.csv')
  expect(await visionHere(['feedback', 'export', '--from', folder, '--out', votesFile])).toMatchObject({ code: 0 })
  for (const [place, code] of [
    [votesFile, 2],
    [server.url, 2],
    ['nowhere', 3],
  ] as const) {
    expect(await train('--from-feedback', place, '--add', 'paint')).toMatchObject({ code })
  }
})

test('also from the bucket that servers share', async () => {
  const s3 = await startS3()
  const env = { AWS_ENDPOINT_URL: s3.url, BUCKET: s3.bucket }
  const shared = await startServer({ env: { ...TINY_MODEL, FEEDBACK: 'photos', ...env } })
  try {
    const { models } = (await send(shared, 'GET', '/api/models')).body
    for (const correct of [1, 2]) {
      const photo = await colorPhoto(correct === 1 ? 'blue' : 'red', correct)
      await vote('tiny', models[0].revision, { index: 0, verdict: 'wrong', correct }, photo, shared)
    }
    const home = mkdtempSync(join(tmpdir(), 'train-'))
    const args = ['--from-feedback', `s3://${s3.bucket}`, '--name', 'Corrected', '--data-dir', home, '--json']
    const trained = await vision(['train', ...args, '--models-dir', TINY_MODEL.MODELS_DIR], env)
    expect([trained.code, trained.err]).toEqual([0, expect.stringContaining('2 of 2 corrected answers of tiny')])
    expect(JSON.parse(trained.out)).toMatchObject({ id: 'corrected', examples: 2 })
    rmSync(home, { recursive: true })
  } finally {
    await shared.stop()
    await s3.stop()
  }
})
