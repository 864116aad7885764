import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { headsOnnx, writeModelFolder } from '../support/onnx'
import { startServer, type TestServer } from '../support/server'
import { chooseFiles, openBatch } from './batch-page'
import { failOnPageErrors, photoInput, waitForHydration } from './browser-page'

/** Weights whose scores grow with the red, green or blue of a photo, for any number of labels. */
const weights = (labels: number) =>
  [0, 1, 2].map((channel) => Array.from({ length: labels }, (_, label) => (label % 3 === channel ? 2 : 0) - label / 10))
const SQUARE = { image_processor_type: 'ViTImageProcessor', size: { height: 32, width: 32 } }
const koala = 'public/gallery/koala.webp'

let models: string
let server: TestServer

test.beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'few-labels-'))
  for (const labels of [2, 3, 9]) {
    const model = headsOnnx([{ name: 'logits', weights: weights(labels) }], { side: 32 })
    writeModelFolder(models, `${labels}-labels`, model, SQUARE, labels)
  }
  const bytes = readFileSync(join(models, '2-labels/onnx/model.onnx'))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const types = { few: { id: '2-labels', sha256, bytes: bytes.length } }
  writeFileSync(join(models, 'catalog.json'), JSON.stringify({ default: 'few', types }))
  // An evaluation, so that the page has figures to show.
  const evaluation = JSON.parse(readFileSync('models/efficientnet-lite0-int8/evaluation.json', 'utf8'))
  const { models: list } = await listModels()
  const { revision } = list.find(({ id }) => id === '2-labels') ?? { revision: '' }
  writeFileSync(
    join(models, '2-labels', 'evaluation.json'),
    JSON.stringify({ ...evaluation, model: { ...evaluation.model, revision } }),
  )
  server = await startServer({ env: { LOG_LEVEL: 'warn', MODELS_DIR: models, FEEDBACK: 'labels' } })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(models, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

/** Lists the models of a server, including their revisions. */
async function listModels(): Promise<{ models: { id: string; revision: string }[] }> {
  const first = await startServer({ env: { LOG_LEVEL: 'warn', MODELS_DIR: models } })
  const list = await (await fetch(`${first.url}/api/models`)).json()
  await first.stop()
  return list
}

const bars = (page: Page) => page.getByRole('table', { name: 'Scores' }).getByRole('rowheader')
const chooseModel = (page: Page, model: string) => page.getByText(model, { exact: true }).first().click()

test('shows as many bars as labels and limits the slider; explanation, feedback and history work @extended', async ({
  page,
}) => {
  await page.goto(server.url)
  await waitForHydration(page)
  await photoInput(page).setInputFiles(koala)
  await page.getByRole('button', { name: /^(?!The )[\w-]+ model/ }).click()
  for (const [model, count] of [
    ['few', 2],
    ['3-labels', 3],
    ['9-labels', 5],
  ] as const) {
    await chooseModel(page, model)
    await expect(bars(page)).toHaveCount(count)
    const slider = page.getByRole('slider', { name: 'Labels' })
    await expect(slider).toHaveAttribute('max', model === '9-labels' ? '9' : String(count))
  }
  await page.getByRole('slider', { name: 'Labels' }).press('End')
  await expect(bars(page)).toHaveCount(9)
  await chooseModel(page, 'few')
  await expect(page.getByRole('button', { name: 'few model · top 2' })).toBeVisible()
  await page.getByRole('button', { name: 'Why this label?' }).click()
  await expect(page.getByText(/model runs/)).toBeVisible({ timeout: 90_000 })
  await page.getByRole('button', { name: 'No, suggest a label' }).click()
  await page.getByRole('combobox', { name: 'What’s the correct label?' }).fill('red')
  await expect(page.getByRole('listbox').getByRole('option', { name: /^red/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Thanks! You suggested red.')).toBeVisible()
  await page.goto(`${server.url}/history`)
  const row = page.getByRole('main').getByRole('listitem')
  await expect(row).toHaveCount(1)
  for (const model of ['few', '3-labels', '9-labels']) await expect(row).toContainText(model)
})

test('compares, lists and evaluates models with few labels @extended', async ({ page }) => {
  await page.goto(`${server.url}/compare`)
  await waitForHydration(page)
  await photoInput(page).setInputFiles(koala)
  await expect(page.getByRole('status').filter({ hasText: /agree/ })).toBeVisible()
  await page.goto(`${server.url}/gallery`)
  await expect(page.getByRole('article').first()).toContainText(/red|green|blue|label/)
  await page.goto(`${server.url}/models`)
  const measured = page.getByRole('article').filter({ hasText: '2-labels' })
  await expect(measured).toContainText('top-1 accuracy')
  await expect(measured).not.toContainText('Top-5')

  await openBatch(page, server.url)
  await page.getByRole('button', { name: /^(?!The )[\w-]+ model/ }).click()
  await chooseModel(page, 'few')
  const labels = join(models, 'labels.csv')
  writeFileSync(labels, 'file,label\nkoala.webp,red\nespresso.png,green\n')
  await chooseFiles(page, koala, 'public/gallery/espresso.png', labels)
  await expect(page.getByText(/^Done\./)).toBeVisible()
  await expect(page.getByText('Top-1 accuracy')).toBeVisible()
  await expect(page.getByText('Top-5 accuracy')).toHaveCount(0)
  await page.getByRole('button', { name: /^Show koala/ }).click()
  await expect(page.getByRole('dialog').getByRole('table', { name: 'Scores' }).getByRole('rowheader')).toHaveCount(2)
})
