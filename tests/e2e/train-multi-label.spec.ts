import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { mixedDrawing } from '../support/drawings'
import { startServer, type TestServer } from '../support/server'
import { violations } from './axe'
import { failOnPageErrors, waitForHydration } from './browser-page'

let folder: string
let server: TestServer
const COUNT = 32

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'train-sets-'))
  const lines = ['file,labels']
  for (let at = 0; at < COUNT; at++) {
    const { labels, bytes } = await mixedDrawing(at)
    writeFileSync(join(folder, `${at}.png`), bytes)
    lines.push(`${at}.png,${labels.join(';')}`)
  }
  writeFileSync(join(folder, 'labels.csv'), `${lines.join('\n')}\n`)
  server = await startServer({ env: { LOG_LEVEL: 'warn', DEFAULT_MODEL_TYPE: 'fast' } })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

test('a labels file with several labels a photo teaches a model that gives several; saved, it is opened again @extended', async ({
  page,
}) => {
  let sent = 0
  page.on('request', (request) => {
    if (request.url().includes('/api/embed')) sent++
  })
  await page.goto(`${server.url}/train`)
  await waitForHydration(page)
  await expect(page.locator('main [inert]')).toHaveCount(0)
  await page.locator('input[type=file][webkitdirectory]').setInputFiles(folder)
  await expect(page.getByText('The labels file has several labels for some photos.')).toBeVisible()
  const several = page.getByRole('switch', { name: 'A photo may have several labels' })
  await expect(several).toBeChecked()
  await expect(page.getByTestId('mean-precision')).toHaveText(/^mAP (9\d|100)%$/)
  await expect(page.getByRole('region', { name: 'None of the labels' }).getByText('4 photos')).toBeVisible()
  await expect(page.getByRole('group', { name: 'dots', exact: true }).getByText('16 photos')).toBeVisible()
  await expect(page.getByText(/Reading photos|Training/)).toHaveCount(0)
  // A photo with three labels is sent once.
  expect(sent).toBe(COUNT)
  expect(await violations(page)).toEqual([])

  const tried = page.getByRole('region', { name: 'Try it' })
  writeFileSync(join(folder, 'new.jpg'), (await mixedDrawing(43)).bytes)
  await tried.locator('input[type=file]').setInputFiles(join(folder, 'new.jpg'))
  await expect(page.getByTestId('tried-label')).toContainText('dots')
  await expect(page.getByTestId('tried-label')).toContainText('rings')
  await expect(page.getByTestId('tried-label')).not.toContainText('stripes')

  await page.getByLabel('Name', { exact: true }).fill('Several')
  await page.getByRole('button', { name: 'Save model' }).click()
  await expect(page.getByText('Saved as Several')).toBeVisible()
  const { model, evaluation } = await (await fetch(`${server.url}/api/models/several`)).json()
  expect([model.problem_type, evaluation.examples, model.thresholds]).toEqual([
    'multi_label_classification',
    COUNT,
    evaluation.multi_label.thresholds,
  ])
  const body = new Uint8Array(readFileSync(join(folder, 'new.jpg')))
  const result = await (await fetch(`${server.url}/api/classify?model=several`, { method: 'POST', body })).json()
  const selected = result.predictions.filter((one: { selected: boolean }) => one.selected)
  expect(selected.map(({ label }: { label: string }) => label).sort()).toEqual(['dots', 'rings'])

  // Opened from the server, it is as it was. With one label a photo, the rest waits.
  await page.goto(`${server.url}/train?model=several`)
  await waitForHydration(page)
  await expect(several).toBeChecked()
  await expect(page.getByRole('region', { name: 'None of the labels' }).getByText('4 photos')).toBeVisible()
  await several.uncheck()
  await expect(page.getByText('These photos are only used if a photo may have several labels.')).toBeVisible()
  await expect(page.getByTestId('mean-precision')).toHaveCount(0)
})

test('all doubtful labels of a photo are asked together, and are settled one by one @extended', async ({ page }) => {
  const wrong = 5
  const { labels } = await mixedDrawing(wrong)
  const others = (['dots', 'rings', 'stripes'] as const).filter((label) => !labels.includes(label))
  const path = join(folder, 'labels.csv')
  const right = readFileSync(path, 'utf8')
  writeFileSync(path, right.replace(`${wrong}.png,${labels.join(';')}`, `${wrong}.png,${others.join(';')}`))
  await page.goto(`${server.url}/train`)
  await waitForHydration(page)
  await page.locator('input[type=file][webkitdirectory]').setInputFiles(folder)
  const asked = page
    .getByRole('region', { name: 'Model', exact: true })
    .getByRole('listitem')
    .filter({ hasText: /isn’t labeled so/ })
  await expect(asked).toHaveCount(1)
  for (const label of labels) await expect(asked).toContainText(`Looks like ${label}, but isn’t labeled so`)
  for (const label of others) await expect(asked).toContainText(`Labeled ${label}, but doesn’t look like it`)
  const hard = page.getByRole('region', { name: 'Model', exact: true }).getByRole('listitem')
  for (const label of others) await expect(hard.filter({ hasText: /missed in 1 of/ })).toContainText(label)
  for (const label of labels) await expect(hard.filter({ hasText: `${label}wrongly given to 1 photo` })).toHaveCount(1)
  expect(await violations(page)).toEqual([])
  const [first = ''] = others
  await asked.getByRole('button', { name: `Remove ${first}` }).click()
  await expect(asked.getByRole('button', { name: `Remove ${first}` })).toHaveCount(0)
  for (const label of labels) await asked.getByRole('button', { name: `Add ${label}` }).click()
  await expect(asked).toHaveCount(0)
  writeFileSync(path, right)
})
