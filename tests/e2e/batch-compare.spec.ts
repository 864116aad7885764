import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { violations } from './axe'
import {
  chooseFolder,
  createPhotoFolder,
  fetchResults,
  figures,
  jobId,
  openBatch,
  reloadWhenStored,
  rows,
  temporaryFolder,
  waitUntilDone,
} from './batch-page'
import { failOnPageErrors } from './browser-page'

const root = temporaryFolder()
test.beforeEach(async ({ page }) => {
  failOnPageErrors(page)
  await openBatch(page)
})

async function runOn(page: Page, model: string): Promise<void> {
  await page.getByRole('button', { name: 'Run on another model' }).click()
  await page.getByRole('menuitem', { name: model }).click()
}

/** Waits for a batch with another job than `before`, and until it is done. */
async function waitForNext(page: Page, before: string): Promise<string> {
  await expect.poll(() => jobId(page)).not.toBe(before)
  await expect.poll(() => jobId(page)).not.toBe('')
  await waitUntilDone(page)
  return jobId(page)
}

test('runs the same photos on another model without choosing them again, and shows what changed', async ({ page }) => {
  await page.getByRole('button', { name: 'Try 24 sample photos' }).click()
  await waitUntilDone(page)
  await expect(figures(page)).toContainText(/Balanced·.*24 of 24 photos.*took .*photos\/s/)
  const balanced = jobId(page)
  const before = new Map((await fetchResults(page)).map(({ file, label }) => [file, label]))
  await runOn(page, 'Fast')
  const fast = await waitForNext(page, balanced)
  await expect(page.getByRole('main')).toBeFocused()
  await expect(figures(page)).toContainText(/Fast·.*24 of 24 photos/)
  await expect(page.getByRole('heading', { level: 1, name: 'Sample photos' })).toBeVisible()
  const results = await fetchResults(page)
  expect(results.map(({ file }) => file)).toEqual([...before.keys()])
  const changed = results.filter(({ file, label }) => label !== before.get(file))
  expect(changed.length).toBeGreaterThan(0)

  const comparison = page.getByRole('region', { name: 'Compared with Balanced' })
  await comparison.getByRole('button', { name: `${changed.length} of 24 photos got another label` }).click()
  await expect(rows(page)).toHaveCount(changed.length)
  const { file = '', label } = changed[0] ?? {}
  const row = rows(page).filter({ hasText: file })
  await expect(row).toContainText(`${label}`)
  await expect(row).toContainText(`${before.get(file)}`)
  await row.click({ position: { x: 20, y: 20 } })
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('heading', { name: `${label}`, exact: true })).toBeVisible()
  await expect(dialog.getByRole('region', { name: 'Result of Balanced' })).toContainText(`${before.get(file)}`)
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  expect(await page.getByRole('combobox', { name: 'Filter photos' }).getByRole('option').allTextContents()).toEqual(
    expect.arrayContaining(['Changed', 'Newly right', 'Newly wrong']),
  )
  expect(await violations(page)).toEqual([])

  // The first batch is still open: one step back.
  await page.goBack()
  expect(jobId(page)).toBe(balanced)
  const back = page.getByRole('region', { name: 'Compared with Fast' })
  await expect(back).toContainText(`${changed.length} of 24 photos got another label`)
  await back.getByRole('link', { name: 'Fast' }).click()
  await expect(comparison).toBeVisible()
  expect(jobId(page)).toBe(fast)
  // A third model; the second one is done already.
  await page.getByRole('button', { name: 'Run on another model' }).click()
  await expect(page.getByRole('menuitem')).toHaveText(['Accurate'])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'New batch' }).click()
  const items = page.getByRole('main').getByRole('listitem')
  await expect(items).toHaveCount(2)
  for (const [at, model] of ['Balanced', 'Fast'].entries()) {
    await expect(items.nth(at)).toContainText(new RegExp(`Sample photos.*Done.*24 photos.*${model}.*% right`))
  }
  await expect(items.nth(1)).toContainText('Same photos as Sample photos')
})

test('after a reload, asks for the photos before it runs them on another model @extended', async ({ page }) => {
  const folder = createPhotoFolder(root(), 12)
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  const first = jobId(page)
  await reloadWhenStored(page)
  await waitUntilDone(page)
  await runOn(page, 'Fast')
  await expect(page.getByText('Fast needs the files of 12 photos')).toBeVisible()
  const again = page.locator('input[data-picks=rerun-folder]')
  // One photo has changed since.
  utimesSync(join(folder, '0001.webp'), 1, 1)
  await again.setInputFiles(folder)
  await expect(page.getByText('11 of 12 photos found.')).toBeVisible()
  await page.getByRole('button', { name: 'Run with 11 photos' }).click()
  await waitForNext(page, first)
  await expect(page.getByRole('region', { name: 'Compared with Balanced' })).toContainText(/of 11 photos/)
  // Both are found again in another visit.
  await reloadWhenStored(page)
  await expect(page.getByRole('region', { name: 'Compared with Balanced' })).toContainText(/of 11 photos/)
})

test('compares two models on the photos that both answered, while one is running and where photos fail @extended', async ({
  page,
}) => {
  const folder = createPhotoFolder(root(), 70)
  writeFileSync(join(folder, 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  const first = jobId(page)
  // The first model is always right.
  const labels = (await fetchResults(page)).map(({ file, label }) => `${file},${label ?? 'koala'}`)
  await page.locator('input[data-picks=labels]').setInputFiles({
    name: 'labels.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`file,label\n${labels.join('\n')}\n`),
  })
  await expect(page.getByText('100.0% right of 70 labeled photos with a result')).toBeVisible()
  let uploads = 0
  await page.route('**/photos?unique=1', (route) => (uploads++ === 0 ? route.continue() : route.abort()))
  await runOn(page, 'Fast')
  await expect(figures(page)).toContainText('64 of 71 photos')
  const comparison = page.getByRole('region', { name: 'Compared with Balanced' })
  const table = comparison.getByRole('table')
  await expect(comparison).toContainText('Only photos that both models have answered count: 63 of 71.')
  await expect(table.getByRole('columnheader', { name: 'Right of 63' })).toBeVisible()
  await expect(table.getByRole('row', { name: /^Balanced 100\.0%.* 1$/ })).toBeVisible()
  await expect(table.getByRole('row', { name: /^Fast \d+\.\d%.* 1$/ })).toBeVisible()
  const count = async (filter: string) =>
    Number.parseInt((await comparison.getByRole('button', { name: filter }).textContent()) ?? '', 10)
  await comparison.getByRole('button', { name: 'got another label' }).click()
  await expect(page.getByText(`${await count('got another label')} of 71`, { exact: true })).toBeVisible()
  await page.unroute('**/photos?unique=1')
  await waitForNext(page, first)
  await expect(table.getByRole('columnheader', { name: 'Right of 70' })).toBeVisible()
  const wrong = await count('newly wrong')
  expect(wrong).toBeGreaterThan(0)
  await expect(table.getByRole('row', { name: 'Fast' })).toContainText(`${((100 * (70 - wrong)) / 70).toFixed(1)}%`)
})
