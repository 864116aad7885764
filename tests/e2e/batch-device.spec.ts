import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import Papa from 'papaparse'
import { expectAccessible } from './axe'
import {
  chooseFolder,
  createPhotoFolder,
  deleteBatch,
  exportText,
  figures,
  openBatch,
  rows,
  temporaryFolder,
  waitUntilDone,
} from './batch-page'
import { failOnPageErrors, photoPath, waitForHydration } from './browser-page'

/** The runtime and a model are loaded and compiled first, on a machine that runs other tests meanwhile. */
test.describe.configure({ timeout: 120_000 })
const LOADED = { timeout: 90_000 }

const root = temporaryFolder()

async function openOnDevice(page: Page): Promise<void> {
  failOnPageErrors(page)
  await page.goto('/batch?device=browser')
  await waitForHydration(page)
  await expect(page.getByText('Photos stay in this browser, which keeps a copy')).toBeVisible()
}

const done = (page: Page) =>
  expect(page.getByText('Done. This browser keeps the results until you delete the batch.')).toBeVisible(LOADED)

async function exportCsv(page: Page): Promise<Record<string, string>[]> {
  await page.getByRole('button', { name: 'Export' }).click()
  const text = await exportText(page)
  await page.keyboard.press('Escape')
  return Papa.parse<Record<string, string>>(text.replace('\ufeff', ''), { header: true, skipEmptyLines: true }).data
}

/** The photos of the gallery, and some that can't be classified. */
function mixedFolder(): string {
  const folder = join(root(), 'mixed')
  cpSync('public/gallery', folder, { recursive: true, filter: (path) => !/thumbs|CREDITS/.test(path) })
  const whole = readFileSync(photoPath('espresso.png'))
  writeFileSync(join(folder, 'cut.png'), whole.subarray(0, whole.length / 2))
  writeFileSync(join(folder, 'cut.jpg'), readFileSync(photoPath('rocket.jpg')).subarray(0, 9000))
  writeFileSync(join(folder, 'header.jpg'), readFileSync(photoPath('rocket.jpg')).subarray(0, 200))
  writeFileSync(join(folder, 'text.jpg'), 'no photo')
  writeFileSync(join(folder, 'empty.png'), '')
  return folder
}

/** Requests that may carry a photo: any that isn't a plain GET of this server. */
function watchRequests(page: Page): string[] {
  const suspicious: string[] = []
  page.context().on('request', (request) => {
    const url = request.url()
    if (/^(blob|data):/.test(url)) return
    const plain = request.method() === 'GET' && request.postDataBuffer() === null && url.length < 1000
    if (!plain || new URL(url).origin !== new URL(page.url()).origin) suspicious.push(`${request.method()} ${url}`)
  })
  return suspicious
}

test('a batch on this device has the server’s results, and sends no photo', async ({ page }) => {
  const folder = mixedFolder()
  failOnPageErrors(page)
  await openBatch(page)
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  const expected = await exportCsv(page)
  await openOnDevice(page)
  const suspicious = watchRequests(page)
  await chooseFolder(page, folder)
  await done(page)
  const results = await exportCsv(page)
  expect(results).toHaveLength(readdirSync(folder).length)
  const comparable = (row: Record<string, string>) => ({ ...row, ms: '', score: '', top_labels: '', top_scores: '' })
  expect(results.map(comparable)).toEqual(expected.map(comparable))
  for (const [i, { score, top_scores }] of results.entries()) {
    const { score: other, top_scores: others } = expected[i] as Record<string, string>
    expect(Math.abs(Number(score) - Number(other))).toBeLessThan(0.01)
    expect(top_scores?.split('|')).toHaveLength(others?.split('|').length ?? 0)
  }
  expect(suspicious).toEqual([])
})
