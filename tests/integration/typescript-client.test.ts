import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, openAsBlob, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Job, type PhotoResult, Vision, VisionError } from '@/clients/typescript/index'
import { colorPhotos } from '../support/colors'
import { REAL_MODEL } from '../support/models'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'
import { smallDataset } from '../support/small-dataset'

const NO_WAIT = { retries: 1, maxRetryWaitMs: 5000 }
let server: TestServer
let vision: Vision
beforeAll(async () => {
  server = await startServer({ env: REAL_MODEL })
  vision = new Vision({ url: server.url, ...NO_WAIT })
})
afterAll(() => server.stop())

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

describe('a photo', () => {
  test('is classified as a file, a Blob, bytes, and a data: URL', async () => {
    const parameters = { model: 'fast', top_k: 2, crop: { left: 100, top: 0, width: 400, height: 400 } }
    const results = await Promise.all(
      [
        await openAsBlob('public/gallery/espresso.png'),
        new File([espresso], 'cup.png'),
        espresso,
        espresso.buffer.slice(espresso.byteOffset, espresso.byteOffset + espresso.byteLength),
        `data:image/png;base64,${espresso.toString('base64')}`,
      ].map((photo) => vision.classify(photo, parameters)),
    )
    const [first] = results
    expect(first).toMatchObject({ model: { type: 'fast' }, area: parameters.crop, image: { width: 600 } })
    for (const { predictions } of results) {
      expect(predictions).toEqual(first?.predictions)
      expect([predictions.length, predictions[0]?.label]).toEqual([2, 'espresso'])
    }
  })

  test('has an embedding of the length 1, and an explanation with progress', async () => {
    const { embedding, dimensions } = await vision.embed(espresso, { normalize: true })
    expect([embedding.length, Math.hypot(...embedding)]).toEqual([dimensions, expect.closeTo(1, 5)])
    const progress: number[] = []
    const onProgress = (done: number) => progress.push(done)
    const { label, grid } = await vision.explain(
      espresso,
      { model: 'tiny', label: 1, method: 'occlusion' },
      { onProgress },
    )
    expect([label.index, grid.values.length]).toEqual([1, grid.width * grid.height])
    expect(progress.length).toBeGreaterThan(1)
  })

  test('that is none, a URL that is refused, and an unknown model are errors with the code of the API', async () => {
    const failures = [
      vision.classify(new Blob(['no photo'])),
      vision.classify(new URL('http://127.0.0.1/photo.jpg')),
      vision.embed(espresso, { model: 'none' }),
      vision.explain(espresso, { model: 'fast', label: 'no such label' }),
    ].map((call) => call.catch((error) => error))
    const errors = (await Promise.all(failures)) as VisionError[]
    expect(errors.map(({ code, status }) => [status, code])).toEqual([
      [415, 'not_an_image'],
      [422, 'url_refused'],
      [404, 'unknown_model'],
      [400, 'invalid_parameter'],
    ])
    expect(errors.every((error) => error instanceof VisionError && error.requestId)).toBe(true)
    await expect(() => vision.classify('photo.jpg')).toThrow(/openAsBlob/)
  })
})

/** A proxy in front of the server that can answer itself. */
let proxy: Server | undefined
afterEach(() => {
  proxy?.closeAllConnections()
  proxy?.close()
})

type Handler = (attempt: number, incoming: IncomingMessage, outgoing: ServerResponse) => boolean | undefined

/** Starts it; `handle` returns whether it has answered. */
async function through(handle: Handler, options: object = NO_WAIT): Promise<Vision> {
  let attempts = 0
  proxy = createServer((incoming, outgoing) => {
    if (handle(attempts++, incoming, outgoing)) return
    const { method, url, headers } = incoming
    const { port } = new URL(server.url)
    const onward = request({ port, method, path: url, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((listening) => proxy?.listen(0, '127.0.0.1', listening))
  return new Vision({ url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, ...options })
}

const busy = (outgoing: ServerResponse, status: number, seconds: string) => {
  outgoing.writeHead(status, { 'retry-after': seconds }).end('Busy')
  return true
}

describe('retries', () => {
  test('after a 429 and a lost connection, and gives up after the last', async () => {
    const twice = await through((n, _, reply) => n === 0 && busy(reply, 429, '0'))
    expect((await twice.classify(espresso)).predictions[0]?.label).toBe('espresso')
    const lost = await through((n, { socket }) => n === 0 && !!socket.destroy())
    expect((await lost.models.list()).map(({ id }) => id)).toContain('tiny')
    const always = await through((_, __, reply) => busy(reply, 503, '0'))
    await expect(always.classify(espresso)).rejects.toMatchObject({ status: 503, code: 'unexpected_response' })
  })

  test('waits as long as the server asks, but not longer than allowed', async () => {
    const started = performance.now()
    const waiting = await through((n, _, reply) => n === 0 && busy(reply, 429, '1'))
    await waiting.models.list()
    expect(performance.now() - started).toBeGreaterThan(990)
    let count = 0
    const tooLong = await through((_, __, reply) => busy(reply, 429, '6') && ++count > 0)
    await expect(tooLong.models.list()).rejects.toMatchObject({ retryAfterMs: 6000 })
    expect(count).toBe(1)
  })

  test('trains again when it was refused, but not when the connection is lost', async () => {
    const refused = await through((n, _, reply) => n === 0 && busy(reply, 429, '0'))
    const again = refused.models.train([{ label: 'cup', embedding: [1] }], { base: 'none' })
    await expect(again).rejects.toMatchObject({ code: 'unknown_model' })
    let count = 0
    const lost = await through((_, { socket }) => !!socket.destroy() && ++count > 0)
    const training = lost.models.train([{ label: 'cup', embedding: [1] }], {})
    await expect(training).rejects.toMatchObject({ code: 'unreachable' })
    expect(count).toBe(1)
  })

  test('ends by the caller’s signal, also while it waits, and by its own time limit', async () => {
    const waiting = await through((_, __, reply) => busy(reply, 429, '5'))
    const signal = AbortSignal.timeout(100)
    await expect(waiting.classify(espresso, {}, { signal })).rejects.toBe(await aborted(signal))
    const silent = await through(() => true, { timeoutMs: 100, retries: 0 })
    await expect(silent.classify(espresso)).rejects.toMatchObject({ code: 'timeout' })
  })
})

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)))
}

describe('many photos', () => {
  function* photos(count: number) {
    for (let index = 0; index < count; index++) yield { name: `${index}.png`, data: new Blob([espresso]) }
    yield { name: 'broken.jpg', data: new Blob(['no photo']) }
  }

  test('have a result each, also if the connection breaks in between', async () => {
    // It breaks after a hundred bytes of the first reply: within a line.
    const breaking = await through((n, incoming, outgoing) => {
      if (n > 0) return false
      const { port } = new URL(server.url)
      const { url, headers } = incoming
      const onward = request({ port, method: 'POST', path: url, headers }, (reply) => {
        outgoing.writeHead(200, reply.headers)
        reply.on('data', (data: Buffer) => {
          outgoing.write(data.subarray(0, data.length - 3))
          outgoing.destroy()
          onward.destroy()
        })
      })
      onward.on('error', () => {})
      incoming.pipe(onward)
      return true
    })
    const results = await collect(breaking.classifyMany(photos(70), { model: 'fast', top_k: 1 }))
    expect(results.map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: 71 }, (_, i) => i))
    const failed = results.filter(({ status }) => status === 'failed')
    expect(failed).toMatchObject([{ index: 70, file: 'broken.jpg', error_code: 'not_an_image' }])
  })

  test('are a job with progress, results, a file, and an end', async () => {
    const progress: Job[] = []
    const started = await vision.jobs.create(photos(70), { model: 'fast', top_k: 1 })
    expect([started.open, started.counts.total]).toEqual([false, 71])
    const job = await vision.jobs.wait(started.id, { onProgress: (now) => progress.push(now) })
    expect([job.state, job.counts]).toEqual(['done', { total: 71, done: 71, ok: 70, failed: 1 }])
    expect(progress.at(-1)?.state).toBe('done')
    const results = await collect(vision.jobs.results(job.id, { limit: 30 }))
    expect(results.map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: 71 }, (_, i) => i))
    const csv = await (await vision.jobs.file(job.id, 'csv')).text()
    expect(csv.trim().split('\n').length).toBe(72)
    const seen: PhotoResult[] = []
    for await (const event of vision.jobs.events(job.id)) if (event.type === 'result') seen.push(event.result)
    expect(seen.length).toBe(71)
    await vision.jobs.delete(job.id)
    await expect(vision.jobs.get(job.id)).rejects.toMatchObject({ code: 'unknown_job' })
  })
})

test('custom models: trained, described, taught more, used, exported, and deleted', async () => {
  const examples = (await Promise.all([...(await colorPhotos())])).map(([name, photo]) => ({
    // Any label works, also one that no file name could have.
    label: `“${name.split('/')[0]}”, a/b`,
    photo: new Blob([Uint8Array.from(photo)]),
  }))
  const stages = new Set<string>()
  const { model, evaluation, skipped } = await vision.models.train(
    examples,
    { title: 'Client colors', base: 'fast' },
    { onProgress: ({ stage }) => stages.add(stage) },
  )
  expect([model.id, evaluation.labels, skipped]).toEqual([
    'client-colors',
    ['“blue”, a/b', '“green”, a/b', '“red”, a/b'],
    [],
  ])
  expect(stages).toContain('embed')
  const { predictions } = await vision.classify(examples[0]?.photo ?? '', { model: model.id })
  expect(predictions[0]?.label).toBe(examples[0]?.label)
  const known = await vision.embed(espresso, { model: 'fast', kinds: true })
  const more = await vision.models.addExamples(model.id, [{ label: 'cup', ...known }])
  expect(more.model.classes).toBe(4)
  expect((await vision.models.change(model.id, { title: 'Paint' })).title).toBe('Paint')
  const { history = [] } = await vision.models.get(model.id)
  const restored = await vision.models.change(model.id, { revision: history[0]?.revision ?? '' })
  expect([restored.classes, (await vision.models.labels(model.id)).length]).toEqual([3, 3])
  expect((await vision.models.file(model.id, 'head.safetensors')).size).toBeGreaterThan(1000)
  await vision.models.delete(model.id)
  await expect(vision.models.get(model.id)).rejects.toMatchObject({ code: 'unknown_model' })
})

test('a data set is checked with its labels, cleaned, and searched for similar photos', async () => {
  const photos = (await smallDataset()).map(({ file, bytes }) => ({
    name: file,
    data: new Blob([Uint8Array.from(bytes)]),
  }))
  const koala = 'train/animal/koala.jpg'
  const labels = `file,label\n${photos.map(({ name }) => `${name},${name === koala ? 'bear' : 'other'}`).join('\n')}\n`
  const { id } = await vision.jobs.create(photos, { check: true }, { labels })
  const states: string[] = []
  const { report } = await vision.jobs.waitForCheck(id, { onProgress: ({ state }) => states.push(state) })
  expect(states.at(-1)).toBe('done')
  expect(report?.copies.find(({ kept }) => kept === koala)?.labels).toEqual(['bear', 'other'])
  expect(await (await vision.jobs.cleanedLabels(id)).text()).toContain(`${koala},bear`)
  const [like] = await vision.jobs.similar(id, koala, { k: 1 })
  const [near] = await vision.jobs.similar(id, photos[0]?.data ?? '', { k: 1 })
  expect([like?.file, near?.file]).toEqual(['test/animal/marsupial.jpg', photos[0]?.name])
  const again = await vision.jobs.setCheckLabels(id)
  expect([again.labels, (await vision.jobs.waitForCheck(id)).labels]).toEqual(['folders', 'folders'])
  const results = await collect(vision.jobs.results(id))
  expect(results.find(({ file }) => file.endsWith('polar-bear.jpg'))?.suggested_label).toBe('animal')
})

const PROGRAM = `import { openAsBlob } from 'node:fs'
import { type Classification, Vision, VisionError } from 'vision-object-classifier/client'

const vision = new Vision({ url: process.argv[2] ?? '' })
const result: Classification = await vision.classify(await openAsBlob(process.argv[3] ?? ''), { top_k: 1 })
console.log(result.predictions[0]?.label)
for await (const { label } of vision.classifyMany([await openAsBlob(process.argv[3] ?? '')])) console.log(label)
await vision.jobs.get('none').catch((error: unknown) => {
  if (error instanceof VisionError && error.code === 'unknown_job') console.log(error.code)
})
// @ts-expect-error A misspelled option is found by the compiler.
vision.classify(new Blob(), { topk: 1 }).catch(() => {})
`

const PAGE = `import { Vision } from 'vision-object-classifier/client'

const photo = document.querySelector<HTMLInputElement>('input[type=file]')?.files?.[0]
if (photo) document.title = (await new Vision({ url: location.origin }).classify(photo)).predictions[0]?.label ?? ''
export {}
`

describe('as a package', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'client-'))
    const installed = join(folder, 'node_modules', 'vision-object-classifier')
    // What npm packs, without the megabytes that the client doesn't need.
    const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { encoding: 'utf8' })) as [
      { files: { path: string }[] },
    ]
    for (const { path } of files.filter(({ path }) => /^(dist\/client\/|package\.json$)/.test(path))) {
      mkdirSync(join(installed, path, '..'), { recursive: true })
      cpSync(path, join(installed, path))
    }
    mkdirSync(join(folder, 'node_modules', '@types'))
    for (const name of ['@types/node', 'undici-types', 'typescript'])
      symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name))
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
    writeFileSync(join(folder, 'program.ts'), PROGRAM)
    writeFileSync(join(folder, 'page.ts'), PAGE)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const compile = (file: string, ...args: string[]) => {
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--target', 'es2022']
    const tsc = [resolve('node_modules/typescript/bin/tsc'), ...strict, ...args, file]
    execFileSync(process.execPath, tsc, { cwd: folder, stdio: 'inherit' })
  }

  test('compiles strictly for Node, and classifies', () => {
    compile('program.ts', '--module', 'nodenext', '--lib', 'es2022', '--types', 'node')
    const photo = resolve('public/gallery/espresso.png')
    const printed = execFileSync(process.execPath, ['program.js', server.url, photo], { cwd: folder, encoding: 'utf8' })
    expect(printed).toBe('espresso\nespresso\nunknown_job\n')
  })

  test('compiles strictly for browsers, without the types of Node', () => {
    compile('page.ts', '--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2022,dom', '--noEmit')
  })

  test('has no dependency and no Node module in its code', () => {
    expect(readFileSync('dist/client/index.js', 'utf8')).not.toMatch(/^import|require\(|from ["']node:/m)
  })
})
