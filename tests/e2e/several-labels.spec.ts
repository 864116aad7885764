import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeCatalog } from '../support/onnx'
import { startServer, type TestServer } from '../support/server'
import { plain, writeSeveral } from '../support/several-labels'
import { violations } from './axe'
import { chooseFiles, exportText, openBatch } from './batch-page'
import { failOnPageErrors, photoInput, waitForHydration } from './browser-page'
import { navigate } from './navigate'

let folder: string
let server: TestServer

const photo = (name: string) => join(folder, `${name}.png`)
const thresholds = [0.6, 0.6, 0.6, 0.95]

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'several-'))
  const models = join(folder, 'models')
  mkdirSync(models)
  writeCatalog(models, { fast: 'one-label' }, 'fast')
  writeSeveral(models, 'tags', { config: { vision: { thresholds, uncertainty: { near_threshold: 0.1 } } } })
  const labels = Array.from({ length: 12 }, (_, at) => `tag ${at + 1}`)
  const row = labels.map((_, at) => 0.05 - at / 1000)
  writeSeveral(models, 'many', { labels, weights: [row, row, row] })
  // None of them applies to what isn't black.
  writeSeveral(models, 'rare', { labels, weights: [row, row, row].map((all) => all.map((weight) => -weight)) })
  writeFileSync(photo('yellow'), await plain(200, 200, 0))
  writeFileSync(photo('black'), await plain(0, 0, 0))
  writeFileSync(photo('close'), await plain(10, 0, 0))
  server = await startServer({ env: { LOG_LEVEL: 'warn', MODELS_DIR: models, FEEDBACK: 'labels' } })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

async function classify(page: Page, model: string, name: string): Promise<void> {
  await page.goto(`${server.url}/?model=${model}`)
  await waitForHydration(page)
  await photoInput(page).setInputFiles(photo(name))
}

test('shows all labels that apply, or that none does, and asks which are right @phone', async ({ page }) => {
  await classify(page, 'tags', 'yellow')
  const result = page.getByRole('region', { name: 'Result' })
  await expect(result.getByText('2 labels apply')).toBeVisible()
  const heading = result.getByRole('heading', { level: 1 })
  await expect(heading).toContainText(/red.*98.*green.*98/)
  await expect(heading).not.toContainText('warm')
  await expect(result.getByRole('rowheader')).toHaveText(['red', 'green', 'warm', 'blue'])
  await expect(page.getByText('yellow.png: red, green')).toBeAttached()
  expect(await violations(page)).toEqual([])

  await result.getByRole('button', { name: 'No, correct them' }).click()
  const choice = (label: string) => result.getByRole('button', { name: label, exact: true })
  await expect(choice('red')).toHaveAttribute('aria-pressed', 'true')
  await choice('red').click()
  await choice('warm').press('Enter')
  expect(await violations(page, 'section[aria-label=Feedback]')).toEqual([])
  const vote = page.waitForRequest(/api\/feedback/)
  await result.getByRole('button', { name: 'Send' }).click()
  expect((await vote).postDataJSON()).toMatchObject({ verdict: 'wrong', labels: [0, 1], correct_labels: [1, 3] })
  await expect(result.getByText('Thanks! You suggested green, warm.')).toBeVisible()

  await photoInput(page).setInputFiles(photo('black'))
  await expect(heading).toHaveText('None of the labels applies')
  await expect(result.getByText('The closest is “red” at 50.0%.')).toBeVisible()
  await photoInput(page).setInputFiles(photo('close'))
  await expect(result.getByText(/so close to its threshold/)).toBeVisible()
})

test('shows more labels than fit into the first request, and the same from a link', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await classify(page, 'many', 'yellow')
  const result = page.getByRole('region', { name: 'Result' })
  await expect(result.getByText('12 labels apply')).toBeVisible()
  await expect(result.getByRole('rowheader')).toHaveCount(12)
  await result.getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('menuitem', { name: /^Link to this result/ }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('/result#')
  await page.goto(await page.evaluate(() => navigator.clipboard.readText()))
  await expect(page.getByText('12 labels apply')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/tag 1 .*, tag 12 100/)
})

test('a batch lists, counts, filters and exports all labels that apply', async ({ page }) => {
  await openBatch(page, server.url)
  await page.getByRole('button', { name: /model · top/ }).click()
  await page.getByText('tags', { exact: true }).first().click()
  await chooseFiles(page, photo('yellow'), photo('black'))
  await expect(page.getByText(/^Done\./)).toBeVisible()
  const rows = page.getByRole('table').getByRole('row')
  await expect(rows.filter({ hasText: 'yellow.png' })).toContainText('red, green')
  await expect(rows.filter({ hasText: 'black.png' })).toContainText('None of the labels applies')
  await page.getByRole('button', { name: /^green/ }).click()
  await expect(rows.filter({ hasText: '.png' })).toHaveCount(1)
  await page.getByRole('button', { name: /^Show yellow/ }).click()
  await expect(page.getByRole('dialog').getByRole('heading', { name: 'red, green' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Export' }).click()
  const text = await exportText(page)
  expect(text).toMatch(/,labels,label_scores\r\n/)
  expect(text).toMatch(/,red\|green,0\.98\d*\|0\.98\d*\r\n/)
})

test('a batch is compared with all labels of each photo @phone-extended @extended', async ({ page }) => {
  await openBatch(page, server.url)
  await page.getByRole('button', { name: /model · top/ }).click()
  await page.getByText('tags', { exact: true }).first().click()
  const labels = join(folder, 'labels.csv')
  writeFileSync(labels, 'file,labels\nyellow.png,green; red; blue\nblack.png,\nclose.png,red\n')
  await chooseFiles(page, photo('yellow'), photo('black'), photo('close'), labels)
  await expect(page.getByText(/^Done\./)).toBeVisible()
  const panel = page.getByRole('region', { name: 'Accuracy against your labels' })
  const figure = (name: string) => panel.locator('dl > div').filter({ hasText: name })
  await expect(figure('Exact match')).toContainText('33.3')
  await expect(figure('F1, micro')).toContainText('66.7')
  await expect(figure('F1, macro')).toContainText('55.6')
  await expect(figure('mAP')).toContainText('77.8')
  await expect(panel.getByText('Confusion matrix')).toHaveCount(0)
  await expect(panel.getByRole('row', { name: /^red/ })).toHaveText(/red\s*2\s*100.*50.*66\.7/)
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: '2 wrong' }).click()
  const rows = page.getByRole('table', { name: 'Batch photos' }).getByRole('row')
  await expect(rows.filter({ hasText: 'yellow.png' })).toContainText('blue, green, red')
  await panel.getByRole('button', { name: /^blue missing/ }).click()
  await expect(rows.filter({ hasText: '.png' })).toHaveText(/yellow\.png/)
  await page.getByRole('button', { name: /^Show yellow/ }).click()
  await expect(page.getByRole('dialog').getByText('True labels: blue, green, red')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Export' }).click()
  const text = await exportText(page)
  expect(text).toMatch(/,truth,correct,labels,label_scores\r\n/)
  expect(text).toMatch(/,red\|green\|blue,false,red\|green,/)
  expect(text).toMatch(/black\.png.*,,true,,\r\n/)
})

test('says why a batch of a model with many labels has no mean average precision @extended', async ({ page }) => {
  await openBatch(page, server.url)
  await page.getByRole('button', { name: /model · top/ }).click()
  await page.getByText('rare', { exact: true }).first().click()
  const labels = join(folder, 'labels.csv')
  writeFileSync(labels, 'file,labels\nyellow.png,tag 1|tag 2\nblack.png,tag 1\n')
  await chooseFiles(page, photo('yellow'), photo('black'), labels)
  const panel = page.getByRole('region', { name: 'Accuracy against your labels' })
  await expect(panel.getByText(/^There is no mAP/)).toBeVisible()
})

test('compares it with a model of which one label is right, and keeps its results @extended', async ({ page }) => {
  await page.goto(`${server.url}/compare?models=fast,tags`)
  await waitForHydration(page)
  await photoInput(page).setInputFiles(photo('yellow'))
  await expect(page.getByRole('radiogroup').getByText('red, green')).toBeVisible()
  // A new document might begin before the results are written.
  await navigate(page, 'History')
  await expect(page.getByRole('heading', { name: 'Review your history' })).toBeVisible()
  await expect(page.getByRole('main').getByRole('listitem')).toContainText('green, red')
})
