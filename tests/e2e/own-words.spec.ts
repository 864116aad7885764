import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { distinctPhotos } from '../support/many-photos'
import { writeCatalog } from '../support/onnx'
import { startServer, type TestServer } from '../support/server'
import { copyTextImageModel } from '../support/text-image'
import { expectAccessible, violations } from './axe'
import { chooseFiles, figures, jobId, openBatch, rows, waitUntilDone } from './batch-page'
import { failOnPageErrors, photoInput, photoPath, waitForHydration } from './browser-page'

const ADMIN_TOKEN = 'operator-of-these-tests'
let models: string
let server: TestServer

test.beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'own-words-'))
  writeCatalog(models, { fast: 'tiny' }, 'fast', 4)
  copyTextImageModel('siglip', join(models, 'siglip'))
  server = await startServer({ env: { LOG_LEVEL: 'warn', MODELS_DIR: models, ADMIN_TOKEN } })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(models, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

const bars = (page: Page) => page.getByRole('table', { name: 'Scores' }).getByRole('rowheader')

test('a photo gets the visitor’s own labels, which can be changed and survive a reload @phone-extended', async ({
  page,
}) => {
  await page.goto(server.url)
  await waitForHydration(page)
  await photoInput(page).setInputFiles('public/gallery/koala.webp')
  await page.getByRole('button', { name: 'Label it in your own words' }).click()
  await expect(bars(page)).toHaveCount(5)
  const field = page.getByRole('textbox', { name: 'Add labels' })
  for (const label of ['a person', 'an animal', 'a plant', 'food', 'a vehicle'])
    await page.getByRole('button', { name: `Remove ${label}`, exact: true }).click()
  await field.fill('koala, "bolts, M8"')
  await field.press('Enter')
  await expect(bars(page)).toHaveCount(3)
  expect((await bars(page).allTextContents()).sort()).toEqual(['a building', 'bolts, M8', 'koala'])
  await field.fill('<b>')
  await field.press('Enter')
  await expect(page.getByText(/“<b>” can’t be a label/)).toBeVisible()
  await field.fill('')
  await page.getByRole('button', { name: 'Advanced' }).click()
  const template = page.getByRole('textbox', { name: 'Text that photos are compared with' })
  await template.fill('no place')
  await expect(page.getByText('Write {} where the label belongs.')).toBeVisible()
  await template.fill('a drawing of {}')
  const sent = page.waitForResponse((reply) => new URL(reply.url()).searchParams.has('hypothesis_template'))
  await template.press('Enter')
  expect(new URL((await sent).url()).searchParams.get('hypothesis_template')).toBe('a drawing of {}')
  expect(await violations(page)).toEqual([])
  await page.reload()
  await expect(page.getByRole('button', { name: 'Remove koala', exact: true })).toBeVisible()
  await expect(bars(page)).toHaveCount(3)
  expect((await bars(page).allTextContents()).sort()).toEqual(['a building', 'bolts, M8', 'koala'])
  await page.getByRole('button', { name: 'What the model saw' }).click()
  await expect(page.getByRole('img', { name: /input|model/i }).last()).toBeVisible()
  await page.getByRole('button', { name: 'Why this label?' }).click()
  await page.getByRole('combobox', { name: 'Label' }).selectOption('bolts, M8')
  await expect(page.getByText(/support bolts, M8/)).toBeVisible({ timeout: 20_000 })
  await expect(page.getByTestId('heat')).toBeVisible()
  await page.getByRole('button', { name: 'Use a model’s labels instead' }).click()
  await expect(page.getByRole('button', { name: 'Label it in your own words' })).toBeVisible()
  await expect(bars(page)).toHaveCount(4)
})

test('a link chooses the model with labels to begin with, and other pages leave it out', async ({ page }) => {
  await page.goto(`${server.url}/?model=siglip`)
  await waitForHydration(page)
  await photoInput(page).setInputFiles('public/gallery/koala.webp')
  await expect(page.getByRole('heading', { name: 'Your own words' })).toBeVisible()
  await expect(bars(page)).toHaveCount(5)
  await page.goto(`${server.url}/models`)
  await expect(page.getByText('Labels in your own words')).toBeVisible()
  await expect(page.getByText('To label photos in your own words')).toBeHidden()
  await page.goto(`${server.url}/compare`)
  await expect(page.getByText('siglip')).toHaveCount(0)
})

test('a batch gets the visitor’s own labels, which its evaluation knows', async ({ page }) => {
  await openBatch(page, server.url)
  await page.getByRole('button', { name: 'Label them in your own words' }).click()
  for (const label of ['a person', 'an animal', 'a plant', 'food'])
    await page.getByRole('button', { name: `Remove ${label}`, exact: true }).click()
  await page.getByRole('textbox', { name: 'Add labels' }).fill('"bolts, M8"')
  // What was typed counts as well when the visitor goes on to the photos.
  await page.getByRole('heading', { level: 1 }).click()
  await expect(page.getByRole('button', { name: 'Remove bolts, M8', exact: true })).toBeVisible()
  await expectAccessible(page)
  await chooseFiles(page, ...['koala.webp', 'bucket.webp', 'goldfish.webp'].map(photoPath))
  await waitUntilDone(page)
  await expect(figures(page)).toContainText('siglip')
  const job = await (await page.request.get(`${server.url}/api/jobs/${jobId(page)}`)).json()
  expect(job.words.labels).toEqual(['a vehicle', 'a building', 'bolts, M8'])
  const found = (await rows(page).allTextContents()).map((row) => /a vehicle|a building|bolts, M8/.exec(row)?.[0])
  expect(found).toHaveLength(3)
  const labels = `file,label\nkoala.webp,"${found[0]}"\nbucket.webp,"${found[1]}"\n`
  await page
    .locator('input[data-picks=labels]')
    .setInputFiles({ name: 'labels.csv', mimeType: 'text/csv', buffer: Buffer.from(labels) })
  await expect(page.getByText('All 2 photos kept: 100.0% right.')).toBeVisible()
  await rows(page).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'What the model saw' }).click()
  await expect(dialog.getByRole('img', { name: /input|model/i }).last()).toBeVisible()
  await dialog.getByRole('button', { name: 'Why this label?' }).click()
  await dialog.getByRole('combobox', { name: 'Label' }).selectOption('bolts, M8')
  await expect(dialog.getByText(/support bolts, M8/)).toBeVisible({ timeout: 20_000 })
  await expectAccessible(page)
})

test('photos of the classify page become a batch with the same labels @extended', async ({ page }) => {
  await page.goto(`${server.url}/?model=siglip`)
  const photos = distinctPhotos(31).map(({ file, bytes }) => ({
    name: basename(file),
    mimeType: 'image/webp',
    buffer: bytes,
  }))
  await photoInput(page).setInputFiles(photos)
  await page.getByRole('button', { name: 'Remove food', exact: true }).click()
  await page.getByRole('button', { name: 'Open as a batch' }).click()
  await waitUntilDone(page)
  const job = await (await page.request.get(`${server.url}/api/jobs/${jobId(page)}`)).json()
  expect(job.words.labels).toEqual(['a person', 'an animal', 'a plant', 'a vehicle', 'a building'])
  expect(job.counts).toEqual({ total: 31, done: 31, ok: 31, failed: 0 })
})

test('labels are saved as a model, and a batch of that model is searched by words @extended', async ({ page }) => {
  await page.goto(`${server.url}/?model=siglip`)
  await waitForHydration(page)
  await photoInput(page).setInputFiles(photoPath('koala.webp'))
  await page.getByRole('button', { name: 'Remove food', exact: true }).click()
  await page.getByRole('button', { name: 'Save as a model' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Street')
  const token = page.getByLabel('Operator’s token')
  await token.fill('not the token')
  await page.getByRole('button', { name: 'Save model' }).click()
  await expect(page.getByText('This server lets only its operator save models.')).toBeVisible()
  await token.fill(ADMIN_TOKEN)
  await token.press('Enter')
  await expect(page.getByText('Saved as Street')).toBeVisible()
  const link = page.getByRole('link', { name: 'Classify photos with it' })
  await expect(link).toBeFocused()
  await expectAccessible(page)
  await link.press('Enter')
  await expect(page.getByRole('button', { name: 'Street · top 5' })).toBeVisible()
  await expect(bars(page)).toHaveCount(5)
  expect((await bars(page).allTextContents()).sort()).toEqual([
    'a building',
    'a person',
    'a plant',
    'a vehicle',
    'an animal',
  ])

  const photos = ['koala.webp', 'bucket.webp', 'goldfish.webp', 'baseball.webp', 'giant-panda.webp']
  const field = page.getByRole('searchbox', { name: 'Search by words' })
  async function classify(model: string) {
    await openBatch(page, server.url)
    await page.getByRole('button', { name: /^Fast/ }).click()
    await page.getByRole('radio', { name: model }).check({ force: true })
    await page.getByRole('switch', { name: /^Check the data set/ }).click()
    await chooseFiles(page, ...photos.map(photoPath))
    await waitUntilDone(page)
  }
  await classify('Street')
  const text = 'red car at night'
  await field.fill(` ${text}`)
  await field.press('Enter')
  await expect(page.getByText('5 photos, the best match first.')).toBeVisible()
  await expect(field).toBeFocused()
  const reply = await page.request.post(`${server.url}/api/jobs/${jobId(page)}/similar`, { data: { text } })
  const { photos: best } = (await reply.json()) as { photos: { file: string }[] }
  expect(best.map(({ file }) => file)).not.toEqual(photos)
  const shown = async () => (await rows(page).allTextContents()).map((row) => /[\w-]+\.webp/.exec(row)?.[0])
  expect(await shown()).toEqual(best.map(({ file }) => file))
  await expect(page.getByRole('button', { name: 'Remove filter “Search: red car at night”' })).toBeVisible()
  await expectAccessible(page)
  await field.fill('word '.repeat(60))
  await page.getByRole('button', { name: 'Search', exact: true }).click()
  await expect(page.getByText(/more tokens than siglip takes/)).toBeVisible()
  await field.fill(text)
  await field.press('Enter')
  await expect(page.getByText('5 photos, the best match first.')).toBeVisible()
  await field.fill('')
  expect(await shown()).toEqual(photos)

  await page.getByRole('button', { name: 'New batch' }).click()
  await classify('Fast')
  await expect(page.getByRole('heading', { name: 'Map' })).toBeVisible()
  await expect(field).toHaveCount(0)
})
