import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { colorPhoto, colorPhotos, send } from '../support/colors'
import { edit, TINY_MODEL } from '../support/models'
import { startS3 } from '../support/s3'
import { startServer } from '../support/server'
import { visionHere } from '../support/vision-here'

let home: string
let models: string
let data: string
let photos: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'custom-command-'))
  models = join(home, 'models')
  data = join(home, 'data')
  photos = join(home, 'photos')
  cpSync(TINY_MODEL.MODELS_DIR, models, { recursive: true })
  for (const [name, bytes] of await colorPhotos()) {
    mkdirSync(dirname(join(photos, name)), { recursive: true })
    writeFileSync(join(photos, name), bytes)
  }
  expect(await vision('train', photos, '--name', 'Paint', '--purpose', 'Sorts paint')).toMatchObject({ code: 0 })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const vision = (command: string, ...args: string[]) =>
  visionHere([command, ...args, '--models-dir', models, '--data-dir', data])
const manage = (...args: string[]) => visionHere(['models', '--models-dir', models, '--data-dir', data, ...args])
/** The folder of the model's only revision. */
const folder = () =>
  join(data, 'models', 'files', 'paint', readdirSync(join(data, 'models', 'files', 'paint'))[0] ?? '')

test('info shows what a custom model was made of, how good it is, and how its base prepares photos', async () => {
  expect((await manage('info', 'paint')).out).toMatch(/^accuracy +unknown$/m)
  edit<{ report: object }>(join(folder(), 'evaluation.json'), (json) => {
    json.report = { top1: 0.9583, top1_interval: [0.797, 0.993] }
  })
  const { out } = await manage('info', 'paint')
  expect(out).toMatch(/^title +Paint$/m)
  expect(out).toMatch(/^status +usable$/m)
  expect(out).toMatch(/^purpose +Sorts paint$/m)
  expect(out).toMatch(/^base +tiny \(sha256:[0-9a-f]{64}\)$/m)
  expect(out).toMatch(/^trained +\d{4}-\d\d-\d\d, on 24 photos$/m)
  expect(out).toMatch(/^accuracy +95\.8% by cross-validation \(95% interval: 79\.7 to 99\.3%\)$/m)
  expect(out).toMatch(/^resize +\{/m)
  expect(out).not.toContain('published')
  const json = JSON.parse((await manage('info', 'paint', '--json')).out)
  expect(json).toMatchObject({ id: 'paint', error: null, classes: 3, training: { examples: 24, top1: 0.9583 } })
})

test('verify runs a custom model on its base, and finds what is damaged', async () => {
  const good = await manage('verify')
  expect([good.code, good.out]).toEqual([0, expect.stringMatching(/^tiny: OK.*\npaint: OK \(sha256:[0-9a-f]{64}\)\n$/)])
  const kept = join(home, 'kept')
  cpSync(folder(), kept, { recursive: true })
  const harmed = async (harm: () => void) => {
    harm()
    const { code, out } = await manage('verify', 'paint')
    cpSync(kept, folder(), { recursive: true })
    return [code, out]
  }
  expect(await harmed(() => truncateSync(join(folder(), 'head.safetensors'), 100))).toEqual([
    1,
    expect.stringMatching(/paint: failed: its files were changed/),
  ])
  expect(await harmed(() => truncateSync(join(folder(), 'examples.safetensors'), 100))).toEqual([
    1,
    expect.stringMatching(/paint: failed: examples\.safetensors can’t be read/),
  ])
  expect(await manage('verify', 'paint')).toMatchObject({ code: 0 })
})

test('a name that is taken is refused before the photos are read', async () => {
  for (const id of ['tiny', 'fast', 'paint']) {
    const { code, err } = await vision('train', photos, '--id', id)
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`There is already a model named ${id}. Choose another --id`),
    ])
  }
})

test('learns from a labels file of any labels, and says which photos have two', async () => {
  const flat = join(home, 'flat')
  mkdirSync(flat)
  for (const [name, bytes] of await colorPhotos()) writeFileSync(join(flat, name.replace('/', '-')), bytes)
  writeFileSync(join(flat, 'blue-copy.png'), await colorPhoto('blue', 0))
  writeFileSync(join(flat, 'red-copy.png'), await colorPhoto('blue', 1))
  const lines = readdirSync(flat).map((name) => `C:\\me\\${name};x;Farbe ${name.split('-')[0]}`)
  writeFileSync(
    join(flat, 'labels.csv'),
    `\ufeff${['Datei;Teil;Label', ...lines, 'gone.png;x;Farbe blue'].join('\r\n')}`,
  )
  const trained = await vision('train', flat, '--name', 'Farben', '--test', flat, '--json')
  expect(trained.err).toContain('file = Datei, label = Label, 26 of 27 matched')
  expect(trained.err).toContain('1 label without a photo: gone.png')
  const result = JSON.parse(trained.out)
  expect(result).toMatchObject({
    id: 'farben',
    labels: ['Farbe blue', 'Farbe green', 'Farbe red'],
    // The copy with the same label counts once.
    examples: 25,
    test: { photos: 26, unknown: 0 },
  })
  expect(result.copies[0]).toMatchObject({
    labels: ['Farbe blue', 'Farbe red'],
    files: expect.arrayContaining(['blue-1.png', 'red-copy.png']),
  })
  const added = await vision('train', flat, '--add', 'farben')
  expect(added.out).toMatch(/^Same photos with several labels\n.*red-copy\.png.*: Farbe blue, Farbe red$/m)
  expect(await vision('train', flat, '--name', 'x', '--workers', 'two')).toMatchObject({ code: 2 })
  expect(await manage('remove', 'farben')).toMatchObject({ code: 0 })
})

test('a name is a model’s first, and a folder’s only if there is no such model', async () => {
  // The tests run where a folder has this name.
  const run = () => vision('eval', photos, '--model', 'docs', '--json', '--out', join(home, 'named'))
  expect(await run()).toMatchObject({ code: 4, err: expect.stringContaining('is missing') })
  expect(await vision('train', photos, '--id', 'docs')).toMatchObject({ code: 0 })
  expect(await run()).toMatchObject({ code: 0 })
  expect((await vision('eval', photos, '--model', './docs', '--out', join(home, 'none'))).code).toBe(4)
  expect(await manage('remove', 'docs')).toMatchObject({ code: 0 })
})

test('groups of labels need a proper id, and a base that is no custom model', async () => {
  const csv = join(home, 'groups.csv')
  writeFileSync(csv, 'red,warm\nblue,cold\n')
  const path = await vision('train', '--groups', csv, '--id', '../x')
  expect([path.code, path.err]).toEqual([2, expect.stringContaining('--id: use 1 to 63 lowercase letters')])
  const base = await vision('train', '--groups', csv, '--id', 'warm', '--base', 'paint')
  expect([base.code, base.err]).toEqual([4, expect.stringContaining('paint is a custom model. Use its base, tiny.')])
})

test('without its base, a model says so in the list, in its details and when it is verified or evaluated', async () => {
  const config = join(models, 'tiny', 'config.json')
  const kept = join(home, 'config.json')
  cpSync(config, kept)
  edit<{ vision?: object }>(config, (json) => {
    json.vision = { ...json.vision, temperature: 2 }
  })
  const hint = /it was trained on another revision of tiny\. Run "vision train --refresh paint"/
  expect((await manage('list')).out).toMatch(hint)
  expect((await manage('info', 'paint')).out).toMatch(hint)
  expect(await manage('verify', 'paint')).toMatchObject({ code: 1, out: expect.stringMatching(hint) })
  expect(await vision('eval', photos, '--model', 'paint', '--out', join(home, 'none'))).toMatchObject({
    code: 4,
    err: expect.stringMatching(hint),
  })
  cpSync(kept, config)
})

test('eval measures a custom model; its card is not overwritten', async () => {
  const out = join(home, 'report')
  const report = await vision('eval', photos, '--model', 'paint', '--json', '--out', out)
  expect(JSON.parse(report.out)).toMatchObject({ images: 24, errors: 0, top1: 1, model: { id: 'paint' } })
  const refused = await manage('export-card', 'paint', '--report', join(out, 'report.json'))
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('is a custom model')])
  expect(readdirSync(folder())).toHaveLength(5)
})

test('push leaves custom models out and says so; with --custom, servers of a bucket get one', async () => {
  const s3 = await startS3()
  const push = (...args: string[]) =>
    visionHere(['models', '--models-dir', models, '--data-dir', data, 'push', ...args], { AWS_ENDPOINT_URL: s3.url })
  const all = await push(`s3://${s3.bucket}/models/`)
  expect([all.code, all.out]).toEqual([0, expect.stringMatching(/1 custom models were not pushed.*--custom <id>/)])
  const server = await startServer({
    env: { BUCKET: s3.bucket, AWS_ENDPOINT_URL: s3.url, MODELS_DIR: models, MODELS_REFRESH_SECONDS: '3600' },
  })
  try {
    const first = await push(`s3://${s3.bucket}`, '--custom', 'paint')
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(/now has paint \(sha256:[0-9a-f]{64}\)/)])
    const { body } = await send(server, 'POST', '/api/classify?model=paint', await colorPhoto('green', 99))
    expect(body.predictions?.[0]?.label).toBe('green')
    expect((await push(`s3://${s3.bucket}`, '--custom', 'paint')).out).toContain('has this revision of paint already')
    expect(await push(`s3://${s3.bucket}`, '--custom', 'nothing')).toMatchObject({ code: 3 })
    expect(await push(`s3://${s3.bucket}/models/`, '--custom', 'paint')).toMatchObject({ code: 2 })
  } finally {
    await server.stop()
    await s3.stop()
  }
})
