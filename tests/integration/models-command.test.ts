import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Repository, startHub, type TestHub } from '../support/hub'
import { copyModels, edit } from '../support/models'
import { externalOnnx, tinyOnnx, writeModelFolder } from '../support/onnx'
import { startVision } from '../support/vision'
import { visionHere } from '../support/vision-here'

const EIGHT = { size: { height: 8, width: 8 }, do_normalize: false }
const MODEL = tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits' })
const CONFIG = { id2label: { 0: 'red', 1: 'green', 2: 'blue', 3: 'grey' } }

let folder: string
let hub: TestHub | undefined
beforeEach(() => {
  folder = copyModels()
})
afterEach(async () => {
  await hub?.close()
  hub = undefined
  rmSync(folder, { recursive: true })
})

const models = (...args: string[]) =>
  visionHere(['models', '--models-dir', folder, ...args], { HF_ENDPOINT: hub?.url ?? '' })
/** The folder's contents, including half-installed models. */
const there = () => readdirSync(folder).sort()

function repository(change: Partial<Repository> = {}): Repository {
  const file = (json: object) => Buffer.from(JSON.stringify(json))
  return {
    files: {
      'README.md': Buffer.from('# Colours'),
      'config.json': file(CONFIG),
      'preprocessor_config.json': file(EIGHT),
      'onnx/model.onnx': MODEL,
      'onnx/model_fp16.onnx': MODEL,
    },
    ...change,
  }
}

describe('pull', () => {
  test('installs the best file of a repository in the standard layout, verified, tested and with its source', async () => {
    hub = await startHub({ 'someone/colours': repository() })
    const { code, out, err } = await models('pull', 'someone/colours', '--as', 'colours')
    expect({ code, err }).toMatchObject({ code: 0 })
    expect(out).toContain('colours was installed')
    expect(err).toContain('config.json, preprocessor_config.json, onnx/model.onnx')
    expect(readdirSync(join(folder, 'colours')).sort()).toEqual([
      'config.json',
      'onnx',
      'preprocessor_config.json',
      'source.json',
    ])
    expect(readFileSync(join(folder, 'colours/onnx/model.onnx')).equals(MODEL)).toBe(true)
    expect(JSON.parse(readFileSync(join(folder, 'colours/source.json'), 'utf8'))).toMatchObject({
      repo: 'someone/colours',
      revision: 'main',
    })
    expect((await models('list')).out).toMatch(/^colours +– +4 /m)
    expect((await models('verify', 'colours')).code).toBe(0)
    // A second pull is refused and changes nothing.
    expect(await models('pull', 'someone/colours', '--as', 'colours')).toMatchObject({ code: 1 })
    expect((await models('pull', 'someone/colours', '--as', 'colours', '--force')).code).toBe(0)
  })

  test('resumes an interrupted download with the same command', async () => {
    const partial = join(folder, '.partial-someone--colours/onnx/model.onnx')
    const arrived = async () => {
      while (!existsSync(partial) || readFileSync(partial).length < 150) await sleep(10)
    }
    hub = await startHub({ 'someone/colours': repository({ cuts: { times: 1, after: 150, arrived } }) })
    const before = there()
    const first = await models('pull', 'someone/colours')
    expect(first).toMatchObject({ code: 5 })
    expect(first.err).toMatch(/The download from the Hub failed .* Run the same command to resume\./)
    expect(there().filter((name) => !name.startsWith('.'))).toEqual(before)
    hub.requests.length = 0
    expect((await models('pull', 'someone/colours')).code).toBe(0)
    expect(hub.requests).toContain(`GET /cdn/someone/colours/blob/main/onnx/model.onnx bytes=150-${MODEL.length - 1}`)
    expect(there()).toEqual([...before, 'someone--colours'].sort())
  })

  test('leaves nothing half-installed when killed, and resumes', async () => {
    hub = await startHub({ 'someone/colours': repository({ slow: { bytes: 60, ms: 100 } }) })
    const run = startVision(['models', '--models-dir', folder, 'pull', 'someone/colours', '--as', 'colours'], {
      HF_ENDPOINT: hub.url,
    })
    const partial = join(folder, '.partial-colours/onnx/model.onnx')
    while (!existsSync(partial) || readFileSync(partial).length === 0) await sleep(10)
    run.child.kill('SIGKILL')
    expect(existsSync(join(folder, 'colours'))).toBe(false)
    expect((await models('list')).out).not.toContain('colours')
    expect((await models('pull', 'someone/colours', '--as', 'colours')).code).toBe(0)
    expect(hub.requests.some((line) => /model\.onnx bytes=[1-9]\d*-\d+$/.test(line))).toBe(true)
  })

  test.each<[what: string, change: Partial<Repository>, code: number, message: RegExp]>([
    [
      'a wrong checksum',
      { lies: { 'onnx/model.onnx': { sha256: '0'.repeat(64) } } },
      4,
      /^onnx\/model\.onnx does not match its checksum on the Hub: its digest is/m,
    ],
    [
      'a wrong size',
      { lies: { 'onnx/model.onnx': { size: MODEL.length - 1 } } },
      4,
      /does not match its checksum on the Hub/,
    ],
    [
      'a model larger than the disk',
      { lies: { 'onnx/model.onnx': { size: 1e15 } } },
      6,
      /needs 1000000001 MB in .*, but only \d+ MB are free/m,
    ],
    [
      'a path out of the folder',
      { lies: { 'README.md': { path: '../../evil' } } },
      4,
      /lists a file outside its own folder/,
    ],
    ['a missing token', { token: 'hf_secret' }, 5, /requires an access token/],
    ['a repository without a model', { files: { 'config.json': Buffer.from('{}') } }, 4, /no onnx\/model\.onnx/],
    [
      'a file that is not a model',
      { files: { ...repository().files, 'onnx/model.onnx': Buffer.from('\x80\x04\x95pickle'.repeat(90), 'latin1') } },
      4,
      /^Cannot install colours: onnx\/model\.onnx is a Python pickle/m,
    ],
    [
      'no preprocessing',
      { files: { 'config.json': Buffer.from(JSON.stringify(CONFIG)), 'onnx/model.onnx': MODEL } },
      4,
      /^Cannot install colours: preprocessor_config\.json is missing\.$/m,
    ],
  ])('reports %s in one line with an exit code, and changes nothing', async (_what, change, code, message) => {
    hub = await startHub({ 'someone/colours': repository(change) })
    const before = there()
    const ran = await models('pull', 'someone/colours', '--as', 'colours')
    expect(ran.err).toMatch(message)
    expect(ran.code).toBe(code)
    expect(ran.err).not.toContain('    at ')
    expect(there().filter((name) => !name.startsWith('.'))).toEqual(before)
  })

  test('sends the token only to the Hub', async () => {
    hub = await startHub({ 'someone/colours': repository({ token: 'hf_secret' }) })
    const ran = await visionHere(['models', '--models-dir', folder, 'pull', 'someone/colours'], {
      HF_ENDPOINT: hub.url,
      HF_TOKEN: 'hf_secret',
    })
    expect(ran.code).toBe(0)
    expect(ran.out + ran.err).not.toContain('hf_secret')
  })

  test('pulls a revision, and a model with external data', async () => {
    const { model, data } = externalOnnx('weights of v2.bin')
    const files = { ...repository().files, 'onnx/model.onnx': model, 'onnx/weights of v2.bin': data }
    hub = await startHub({ 'someone/colours@v2': { files } })
    expect((await models('pull', 'someone/colours', '--as', 'colours')).code).toBe(3)
    expect(await models('pull', 'someone/colours@v2', '--as', 'colours')).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, 'colours/onnx')).sort()).toEqual(['model.onnx', 'weights of v2.bin'])
  })

  test('reports missing repositories and models', async () => {
    hub = await startHub({})
    expect(await models('pull', 'someone/nothing')).toMatchObject({
      code: 3,
      err: 'someone/nothing@main was not found on the Hub.\n',
    })
    expect((await models('pull', 'nothing')).err).toMatch(
      /^There is no model named nothing to pull\. Available models: mobilenetv2-12-qdq/,
    )
    expect((await models('pull', 'someone/nothing', '--as', '../x')).err).toContain('is not a valid model name')
  })

  test('checks a catalog model against the checksum in the catalog', async () => {
    const files = { 'mobilenetv2-12.onnx': MODEL }
    hub = await startHub({ 'onnxmodelzoo/mobilenetv2-12': { files } })
    expect((await models('pull', 'mobilenetv2-12')).err).toMatch(
      /has \d+ bytes on the Hub, but catalog\.json expects 13964571/,
    )
  })
})

describe('add, verify, remove', () => {
  test('adds a folder, and an ONNX file with its configuration files', async () => {
    const elsewhere = join(folder, '.elsewhere')
    mkdirSync(elsewhere)
    writeModelFolder(elsewhere, 'colours', MODEL, EIGHT)
    expect(await models('add', join(elsewhere, 'colours'))).toMatchObject({ code: 0, err: '' })
    const file = join(elsewhere, 'alone.onnx')
    writeFileSync(file, MODEL)
    expect(await models('add', file)).toMatchObject({ code: 4, err: expect.stringContaining('set --labels') })
    const described = [
      '--config',
      join(elsewhere, 'colours/config.json'),
      '--preprocessor',
      join(elsewhere, 'colours/preprocessor_config.json'),
    ]
    expect(await models('add', file, ...described)).toMatchObject({ code: 0, err: '' })
    expect((await models('verify')).out).toMatch(/^alone: OK[\s\S]*^colours: OK/m)
    expect(await models('remove', 'alone')).toMatchObject({ code: 0, out: 'alone was removed.\n' })
    expect(there()).not.toContain('alone')
  })

  test.each<[what: string, model: Buffer, message: RegExp]>([
    [
      'two inputs',
      tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits', inputs: 2 }),
      /^Cannot install bad: the model has 2 inputs, not 1\.$/m,
    ],
    ['a pickle', Buffer.from('\x80\x04\x95', 'latin1'), /^Cannot install bad: onnx\/model\.onnx is a Python pickle/m],
  ])('rejects %s and changes nothing', async (_what, model, message) => {
    const elsewhere = join(folder, '.elsewhere')
    mkdirSync(elsewhere)
    writeModelFolder(elsewhere, 'bad', model, EIGHT)
    const before = there()
    const ran = await models('add', join(elsewhere, 'bad'))
    expect(ran.code).toBe(4)
    expect(ran.err).toMatch(message)
    expect(there()).toEqual(before)
  })

  test('detects a damaged model, keeps bundled models and reports missing ones', async () => {
    writeFileSync(join(folder, 'efficientnet-lite0-int8/onnx/model.onnx'), 'damaged')
    const verified = await models('verify')
    expect(verified.code).toBe(1)
    expect(verified.out).toMatch(/^efficientnet-lite0-int8: failed: onnx\/model\.onnx is damaged: its SHA-256 is/m)
    expect(verified.err).toBe('1 of 3 models failed verification.\n')
    expect((await models('remove', 'efficientnet-lite0-int8')).code).toBe(1)
    expect((await models('remove', 'nothing')).code).toBe(3)
    expect((await models('add', '/nowhere')).code).toBe(3)
    expect((await models('info', 'nothing')).code).toBe(3)
    expect((await visionHere(['models', '--models-dir', '/nowhere', 'list'])).code).toBe(3)
    expect((await visionHere(['nothing'])).code).toBe(2)
  })

  test('info and list show all details, also as JSON', async () => {
    expect((await models('info', 'balanced')).out).toMatch(/^calibrated +yes, temperature 0\.\d+$/m)
    const { installed, available } = JSON.parse((await models('list', '--json')).out)
    expect(installed.map(({ type }: { type: string }) => type)).toEqual(['fast', 'balanced', 'accurate'])
    expect(available).toHaveLength(6)
    edit<{ vision: { published_top1?: object } }>(join(folder, 'efficientnet-lite1-int8/config.json'), (config) => {
      delete config.vision.published_top1
    })
    expect((await models('info', 'balanced')).out).toMatch(/^published +unverified$/m)
  })
})
