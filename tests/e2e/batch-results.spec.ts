import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import Papa from 'papaparse'
import { readRows } from '../support/workbook'
import {
  chooseFolder,
  createPhotoFolder,
  downloadExport,
  exportText,
  figures,
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

/** Removes the `ms` column, the only one that may differ. No cell here contains a comma. */
const withoutTimes = (csv: string) =>
  csv
    .split('\r\n')
    .map((line) => line.split(',').toSpliced(13, 1).join())
    .join('\n')

test('exports the same CSV for a folder as the command, except for the times @extended', async ({ page }) => {
  const folder = createPhotoFolder(root(), 50)
  writeFileSync(join(folder, 'notes.txt'), 'no photo')
  writeFileSync(join(folder, '.DS_Store'), '')
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  await expect(figures(page)).toContainText('50 of 50')
  await page.getByRole('button', { name: '1 file skipped' }).click()
  await expect(page.getByText('holiday/notes.txtnot a photo')).toBeVisible()
  await page.getByRole('button', { name: 'Export' }).click()
  const csv = await exportText(page)
  execFileSync(process.execPath, [resolve('dist/vision.js'), 'classify', 'holiday', '--out', 'out.csv'], {
    cwd: root(),
    stdio: 'ignore',
  })
  expect(withoutTimes(csv)).toBe(withoutTimes(readFileSync(join(root(), 'out.csv'), 'utf8')))
  await page.getByText('Excel', { exact: true }).click()
  // The Excel code is loaded on demand.
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Download 50 rows' }).click()
  await expect(page.getByText('Couldn’t create the file')).toBeVisible()
  await page.context().setOffline(false)
  const sheet = await readRows(readFileSync(await downloadExport(page)))
  await expect(page.getByText('Couldn’t create the file')).toBeHidden()
  const { data } = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true })
  const asText = (row: object) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, String(cell ?? '')]))
  expect(sheet.map(asText)).toEqual(data)
  expect([sheet[0]?.uncertain, typeof sheet[0]?.score]).toEqual([expect.any(Boolean), 'number'])
  await page.getByRole('checkbox', { name: 'sha256' }).click()
  await page.getByText('NDJSON').click()
  const lines = (await exportText(page))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect([lines.length, Object.keys(lines[0]).length, lines[0].file]).toEqual([50, 16, 'holiday/0001.webp'])
})

test('shows failures in their rows, classifies the rest, and sorts, filters and searches the table', async ({
  page,
}) => {
  const folder = createPhotoFolder(root(), 24)
  writeFileSync(join(folder, 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  writeFileSync(join(folder, 'large.png'), Buffer.alloc(20_000_001))
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  await expect(figures(page)).toContainText(/26 of 26.*2 failed/)
  const table = page.getByRole('table', { name: 'Batch photos' })
  await table.getByRole('button', { name: 'Status' }).click()
  await expect(rows(page).nth(0)).toContainText('This photo is damaged or incomplete')
  await expect(rows(page).nth(1)).toContainText('File too large')
  await expect(table.getByRole('columnheader', { name: 'Status' })).toHaveAttribute('aria-sort', 'ascending')
  await table.getByRole('button', { name: 'Score' }).click()
  const scores = await rows(page).locator('td:nth-child(4)').allTextContents()
  expect(scores.slice(0, 8).map(Number)).toEqual(
    scores
      .slice(0, 8)
      .map(Number)
      .toSorted((a, b) => b - a),
  )
  await page.getByRole('searchbox').fill('KOALA')
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('searchbox').fill('')
  await page.getByRole('combobox', { name: 'Filter photos' }).selectOption('Failed')
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('checkbox', { name: 'Only rows shown in the table' }).click()
  expect((await exportText(page)).trim().split('\r\n')).toHaveLength(3)
  await page.keyboard.press('Escape')
  await page.getByRole('combobox', { name: 'Filter photos' }).selectOption('All photos')
  await page.getByRole('button', { name: /^goldfish/ }).click()
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Remove filter “goldfish”' }).click()
  await page.getByRole('searchbox').fill('no such photo')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(rows(page).first()).toBeVisible()
  // Neither a damaged file nor a large one gets better by another try; a server that was too slow may.
  await expect(page.getByRole('button', { name: /^Retry/ })).toHaveCount(0)
  await page.route('**/events', async (route) => {
    const response = await route.fetch()
    await route.fulfill({
      response,
      body: (await response.text()).replaceAll('truncated_image', 'deadline_exceeded'),
    })
  })
  await reloadWhenStored(page)
  await expect(page.getByRole('button', { name: 'Retry 1 failed photo' })).toBeVisible()
  await page.unroute('**/events')
  const [retried] = await Promise.all([
    page.waitForResponse(/\/retry$/),
    page.getByRole('button', { name: 'Retry 1 failed photo' }).click(),
  ])
  expect(await retried.json()).toMatchObject({ state: 'running', counts: { total: 25 } })
  await waitUntilDone(page)
  await expect(figures(page)).toContainText('1 failed')
})
