import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, type Request, test } from '@playwright/test'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { fromBase64 } from '@/lib/shared/files/base64'
import { readExamples } from '@/lib/shared/training/example-file'
import { DRAWINGS, drawing, mixedDrawing, writeDrawings } from '../support/drawings'
import { startServer, type TestServer } from '../support/server'
import { violations } from './axe'
import { failOnPageErrors, heading, waitForHydration } from './browser-page'

/** Custom models on the visitor's device. */

test.describe.configure({ timeout: 120_000 })
/** The runtime and a model are loaded and compiled first, on a machine that runs other tests meanwhile. */
const LOADED = { timeout: 90_000 }

let folder: string
let server: TestServer
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'device-train-'))
  await writeDrawings(join(folder, 'patterns'), 3)
  writeFileSync(join(folder, 'new.png'), await drawing('rings', 30))
  server = await startServer({ env: { LOG_LEVEL: 'warn', DEFAULT_MODEL_TYPE: 'fast' } })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

const newPhoto = () => join(folder, 'new.png')
const own = (page: Page) => page.getByRole('region', { name: 'Models on this device' })
const tried = (page: Page) => page.getByTestId('tried-label')

/** Every request that might carry a photo away. */
function watchUploads(page: Page): Request[] {
  const uploads: Request[] = []
  page.on('request', (request) => {
    const inPage = /^(blob|data):/.test(request.url())
    const elsewhere = !inPage && new URL(request.url()).origin !== server.url
    if (elsewhere || request.method() !== 'GET' || request.postDataBuffer() !== null || request.url().length > 1000)
      if (!inPage) uploads.push(request)
  })
  return uploads
}

async function openTrain(page: Page): Promise<void> {
  await page.goto(`${server.url}/train`)
  await waitForHydration(page)
  await expect(page.locator('main [inert]')).toHaveCount(0)
}

/** Teaches on the device with folders whose names are the labels, and saves the model there. */
async function teach(page: Page, title: string): Promise<void> {
  await openTrain(page)
  await page.getByRole('button', { name: 'Train on this device instead' }).click()
  await page.locator('input[type=file][webkitdirectory]').setInputFiles(join(folder, 'patterns'))
  await expect(page.getByTestId('accuracy')).toBeVisible(LOADED)
  await expect(page.getByText(/Reading photos|Training/)).toHaveCount(0)
  await page.getByLabel('Name', { exact: true }).fill(title)
  await page.getByRole('button', { name: 'Save on this device' }).click()
  await expect(page.getByText(`Saved on this device as ${title}`)).toBeVisible()
}

async function classifyHere(page: Page): Promise<void> {
  await page.locator('input[type=file][multiple]').setInputFiles(newPhoto())
  await expect(heading(page, 'rings')).toBeVisible(LOADED)
}

async function choose(page: Page, title: string, action: string): Promise<void> {
  await own(page)
    .getByRole('button', { name: `Actions for ${title}` })
    .click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** The files of a ZIP by name. */
async function unzip(archive: Buffer): Promise<Map<string, Buffer>> {
  const reader = new ZipReader(new Uint8ArrayReader(new Uint8Array(archive)))
  const files = new Map<string, Buffer>()
  for (const entry of await reader.getEntries())
    if (!entry.directory) files.set(entry.filename, Buffer.from(await entry.getData(new Uint8ArrayWriter())))
  await reader.close()
  return files
}

test('teaches, saves, and classifies on this device, and sends nothing @extended', async ({ page }) => {
  const uploads = watchUploads(page)
  await teach(page, 'My patterns')
  await page.getByRole('link', { name: 'Classify photos with it' }).click()
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  await classifyHere(page)
  await page.getByRole('button', { name: /^My patterns/ }).click()
  await expect(page.getByText('My patterns (on this device)')).toBeVisible()
  expect(uploads.map((request) => `${request.method()} ${request.url()}`)).toEqual([])
})

test('a model of this device is renamed, exported, published, removed, and opened again @extended', async ({
  page,
}) => {
  await teach(page, 'My parts')
  await page.locator('input[type=file][accept^="image"]').last().setInputFiles(newPhoto())
  await expect(tried(page)).toHaveText('rings')
  const share = await page.getByRole('region', { name: 'Try it' }).getByRole('row', { name: 'rings' }).textContent()
  expect(await violations(page)).toEqual([])
  await choose(page, 'My parts', 'Rename')
  await own(page).getByLabel('Name').fill('Patterns')
  await page.keyboard.press('Enter')
  const [download] = await Promise.all([page.waitForEvent('download'), choose(page, 'Patterns', 'Download (ZIP)')])
  expect(download.suggestedFilename()).toBe('my-parts.zip')
  const archive = join(folder, 'exported.zip')
  await download.saveAs(archive)
  const files = await unzip(readFileSync(archive))
  expect([...files.keys()].sort()).toEqual(
    ['README.md', 'config.json', 'evaluation.json', 'examples.safetensors', 'head.safetensors'].map(
      (name) => `my-parts/${name}`,
    ),
  )
  expect(JSON.parse(String(files.get('my-parts/config.json'))).vision.title).toBe('Patterns')

  const examples = readExamples(new Uint8Array(files.get('my-parts/examples.safetensors') ?? []))
  const photo = await drawing('rings', 0)
  const reply = await page.request.post(`${server.url}/api/embed?model=fast&kinds=1&encoding_format=base64`, {
    data: photo,
  })
  const body = await reply.json()
  const embedding = new Float32Array(fromBase64(body.embedding).buffer)
  expect(Math.max(...examples.map((example) => cosine(example.embedding, embedding)))).toBeGreaterThan(0.999)
  expect(examples[0]?.kinds).toHaveLength(fromBase64(body.kinds).length / 4)

  await choose(page, 'Patterns', 'Publish on this server')
  await own(page).getByRole('button', { name: 'Publish', exact: true }).click()
  await expect(own(page).getByRole('link', { name: 'Patterns', exact: true })).toBeVisible()
  const head = await page.request.get(`${server.url}/api/models/patterns/files/head.safetensors`)
  expect((await head.body()).equals(files.get('my-parts/head.safetensors') ?? Buffer.of())).toBe(true)
  await own(page).getByRole('button', { name: 'Close' }).click()

  await choose(page, 'Patterns', 'Remove')
  await own(page).getByRole('button', { name: 'Remove from this device' }).click()
  await expect(own(page).getByText('None yet.')).toBeVisible()
  const picker = own(page).locator('input[type=file]')
  await picker.setInputFiles(newPhoto())
  await expect(own(page).getByText('This file isn’t a custom model')).toBeVisible()
  await picker.setInputFiles(archive)
  await expect(own(page).getByText('Opened: Patterns')).toBeVisible()
  await page.goto(`${server.url}/?model=device:patterns`)
  await waitForHydration(page)
  await classifyHere(page)
  await expect(page.getByRole('row', { name: 'rings' })).toHaveText(share ?? '')
})

test('a custom model of the server runs on this device with the same result @extended', async ({ page }) => {
  const form = new FormData()
  form.append('title', 'Shared')
  for (const kind of DRAWINGS)
    for (let number = 0; number < 3; number++)
      form.append('photos', new Blob([new Uint8Array(await drawing(kind, number))]), `${kind}/${number}.png`)
  expect((await fetch(`${server.url}/api/models`, { method: 'POST', body: form })).status).toBe(201)
  const expected = await (
    await page.request.post(`${server.url}/api/classify?model=shared`, { data: readFileSync(newPhoto()) })
  ).json()
  const uploads = watchUploads(page)
  await page.goto(`${server.url}/?model=shared&device=browser`)
  await waitForHydration(page)
  await classifyHere(page)
  const percent = Number.parseFloat((await page.getByRole('row', { name: 'rings' }).textContent())?.slice(5) ?? '')
  expect(Math.abs(percent - 100 * expected.predictions[0].score)).toBeLessThan(2)
  expect(uploads).toEqual([])
})

test('says that the base of a model is gone or was replaced, and offers the server @extended', async ({ page }) => {
  await teach(page, 'Old')
  for (const [base, title] of [
    [{ revision: 'sha256:other' }, 'The base model was replaced'],
    [{ id: 'removed' }, 'The base model is gone'],
  ] as const) {
    await changeBase(page, 'device:old', base)
    await page.goto(`${server.url}/?model=device:old`)
    await waitForHydration(page)
    await page.locator('input[type=file][multiple]').setInputFiles(newPhoto())
    await expect(heading(page, title)).toBeVisible(LOADED)
    expect(await violations(page)).toEqual([])
  }
  await page.getByRole('button', { name: 'Classify on the server instead' }).click()
  await expect(page.getByRole('button', { name: /^Fast model/ })).toBeVisible()
})

test('labels photos one by one and learns several labels a photo on this device @extended', async ({ page }) => {
  const lines = ['file,labels']
  const mixed = mkdtempSync(join(folder, 'mixed-'))
  for (let at = 0; at < 16; at++) {
    const { labels, bytes } = await mixedDrawing(at)
    writeFileSync(join(mixed, `${at}.png`), bytes)
    lines.push(`${at}.png,${labels.join(';')}`)
  }
  writeFileSync(join(mixed, 'labels.csv'), `${lines.join('\n')}\n`)
  const uploads = watchUploads(page)
  await openTrain(page)
  await page.getByRole('button', { name: 'Label photos one by one' }).click()
  await page.getByText('This device', { exact: true }).click()
  await page.locator('input[type=file][accept]').first().setInputFiles(newPhoto())
  await expect(page.getByRole('img', { name: /new\.png/ })).toBeVisible(LOADED)
  // Two labels by typing, of which one is taken away again by its name, and the photo has none.
  await page.getByRole('switch', { name: 'A photo may have several labels' }).check()
  for (const name of ['dots', 'rings', 'dots'])
    await page
      .getByRole('combobox')
      .fill(`${name}`)
      .then(() => page.keyboard.press('Enter'))
  await expect(page.getByTestId('picked')).toHaveText('Selected: rings')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('label-progress')).toHaveText('1 labeled · 0 left')
  await page.getByRole('button', { name: 'To the model' }).first().click()
  await page.getByRole('button', { name: 'rings', exact: true }).waitFor()
  // As if dropped on the page.
  const dropped = readdirSync(mixed).map((name) => join(mixed, name))
  await page.locator('input[type=file]').first().setInputFiles(dropped)
  await expect(page.getByTestId('mean-precision')).toBeVisible(LOADED)
  await page.getByLabel('Name', { exact: true }).fill('Several')
  await page.getByRole('button', { name: 'Save on this device' }).click()
  await page.getByRole('link', { name: 'Classify photos with it' }).click()
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  writeFileSync(join(folder, 'several.png'), (await mixedDrawing(7)).bytes)
  await page.locator('input[type=file][multiple]').setInputFiles(join(folder, 'several.png'))
  await expect(heading(page, /dots.*rings/)).toBeVisible(LOADED)
  expect(uploads).toEqual([])
})

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** As if the server had other models than when the model was saved. */
async function changeBase(page: Page, id: string, base: { id?: string; revision?: string }): Promise<void> {
  await page.evaluate(
    ([key, change]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('vision-own-models')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('models', 'readwrite')
          const models = transaction.objectStore('models')
          const reading = models.get(key)
          reading.onsuccess = () => models.put({ ...reading.result, base: { ...reading.result.base, ...change } })
          transaction.oncomplete = () => {
            opening.result.close()
            resolve()
          }
        }
      }),
    [id, base] as const,
  )
}
