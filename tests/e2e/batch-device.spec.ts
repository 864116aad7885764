import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import Papa from 'papaparse'
import sharp from 'sharp'
import { distinctPhotos, zipOf } from '../support/many-photos'
import { expectAccessible } from './axe'
import {
  chooseFolder,
  deleteBatch,
  exportText,
  figures,
  openBatch,
  rows,
  temporaryFolder,
  waitUntilDone,
} from './batch-page'
import { failOnPageErrors, persistentContext, photoPath, waitForHydration } from './browser-page'

/** The runtime and a model are loaded and compiled first, on a machine that runs other tests meanwhile. */
test.describe.configure({ timeout: 120_000 })
const LOADED = { timeout: 120_000 }

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

/** Each line of the batch's results in the browser's private file system, as the file's name. */
function keptRows(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const batches = await root.getDirectoryHandle('vision-batches')
    const batch = await batches.getDirectoryHandle(location.hash.slice(1))
    const text = await (await (await batch.getFileHandle('results.ndjson')).getFile()).text()
    return text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { file: string }).file))
  })
}

/** Names of all files in the browser's private file system. */
function keptFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names: string[] = []
    const visit = async (folder: FileSystemDirectoryHandle) => {
      const entries = (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()
      for await (const entry of entries) {
        if (entry.kind === 'file') names.push(entry.name)
        else await visit(entry as FileSystemDirectoryHandle)
      }
    }
    await visit(await navigator.storage.getDirectory())
    return names
  })
}

/** The photos that have results, by the figures. */
async function doneCount(page: Page): Promise<number> {
  return Number(/(\d+) of \d+ photos/.exec((await figures(page).textContent()) ?? '')?.[1] ?? 0)
}

/** Ends the page's process at once, as when the browser runs out of memory. */
async function kill(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  session.send('Page.crash').catch(() => {})
  await crashed
  await page.close()
}

const safe = (page: Page) => page.getByText('You can close this page. The batch goes on when you open it again.')

test('a killed tab goes on without the photos, and each has exactly one row @extended', async ({ baseURL }) => {
  test.setTimeout(300_000)
  const total = 40
  const folder = await createLargePhotos(total)
  const context = await persistentContext(join(root(), 'profile'), baseURL)
  try {
    let page = await context.newPage()
    await openOnDevice(page)
    await chooseFolder(page, folder)
    await expect(safe(page)).toBeVisible(LOADED)
    const url = page.url()
    rmSync(folder, { recursive: true })
    for (const least of [1, total / 2]) {
      await expect.poll(() => doneCount(page), LOADED).toBeGreaterThanOrEqual(least)
      await kill(page)
      page = await context.newPage()
      failOnPageErrors(page)
      await page.goto(url)
    }
    await done(page)
    await expect(figures(page)).toContainText(`${total} of ${total} photos`)
    const kept = await keptRows(page)
    expect([kept.length, new Set(kept).size]).toEqual([total, total])
    const results = await exportCsv(page)
    expect(results.filter(({ status }) => status === 'ok')).toHaveLength(total)
    // Copies of photos are gone, their thumbnails are not.
    expect(await keptFiles(page)).toEqual(['results.ndjson'])
    await expect(rows(page).first().locator('img')).toBeVisible()

    await page.goto('/batch')
    await deleteBatch(page, 'holiday')
    await expect(page.getByText('holiday was deleted.')).toBeVisible()
    expect(await keptFiles(page)).toEqual([])
  } finally {
    await context.close()
  }
})

/** Creates a folder `holiday` with photos that take a while, so that a test can act in the middle. */
async function createLargePhotos(count: number): Promise<string> {
  const folder = join(root(), 'holiday')
  mkdirSync(folder)
  const photo = await sharp(photoPath('koala.webp')).resize(1600, 1600).png({ compressionLevel: 1 }).toBuffer()
  for (let i = 0; i < count; i++) {
    writeFileSync(join(folder, `${String(i).padStart(4, '0')}.png`), Buffer.concat([photo, Buffer.from(String(i))]))
  }
  return folder
}

/** Opens a batch in another tab. */
async function openInNewTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  failOnPageErrors(page)
  await page.goto(url)
  return page
}

test('a second tab follows, steers the first one, and goes on once that is closed @extended', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000)
  await openOnDevice(page)
  await chooseFolder(page, await createLargePhotos(40))
  await expect(safe(page)).toBeVisible(LOADED)
  const second = await openInNewTab(context, page.url())
  await expect(second.getByText('Another tab runs this batch. The results appear here, too.')).toBeVisible()
  await expect.poll(() => doneCount(second), LOADED).toBeGreaterThan(0)
  await second.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await expect(second.getByRole('button', { name: 'Resume' })).toBeVisible()
  await page.close()
  // A pause outlives the tab.
  await expect(safe(second)).toBeVisible()
  const paused = await doneCount(second)
  expect(paused).toBeLessThan(40)
  await second.reload()
  await second.getByRole('button', { name: 'Resume' }).click()
  await done(second)
  await expect(figures(second)).toContainText('40 of 40 photos')
  const kept = await keptRows(second)
  expect([kept.length, new Set(kept).size]).toEqual([40, 40])
})

test('without room for the photos, it says so, and asks for them after a reload @extended', async ({ page }) => {
  test.setTimeout(240_000)
  const folder = await createLargePhotos(20)
  await page.addInitScript(() => {
    navigator.storage.estimate = async () => ({ quota: 70_000_000, usage: 0 })
  })
  await openOnDevice(page)
  await chooseFolder(page, folder)
  await expect(page.getByText('Not enough room to keep the photos')).toBeVisible()
  await expect(page.getByText(/^The photos have .* and this browser has room for/)).toBeVisible()
  await expect.poll(() => doneCount(page), LOADED).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByText(/^\d+ photos have no results yet$/)).toBeVisible()
  await chooseFolder(page, folder)
  await page.getByRole('button', { name: 'Resume' }).click()
  await done(page)
  const kept = await keptRows(page)
  expect([kept.length, new Set(kept).size]).toEqual([20, 20])
})

test('photos of a ZIP, labels, a canceled batch, and nothing that would need the server @extended', async ({
  page,
}) => {
  test.setTimeout(240_000)
  await openOnDevice(page)
  const suspicious = watchRequests(page)
  await expect(page.getByText('Check the data set')).toHaveCount(0)
  await expectAccessible(page)
  const zip = await zipOf(distinctPhotos(40))
  await page.locator('input[data-picks=files]').setInputFiles([
    { name: 'photos.zip', mimeType: 'application/zip', buffer: zip },
    { name: 'labels.csv', mimeType: 'text/csv', buffer: Buffer.from('file,label\nphotos/00000.webp,koala\n') },
  ])
  await done(page)
  await expect(page.getByRole('heading', { name: 'Map' })).toHaveCount(0)
  await rows(page).first().getByRole('button').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'What the model saw' }).click()
  await expect(dialog.getByRole('img', { name: 'The part of the photo that the model saw' })).toBeVisible(LOADED)
  await dialog.getByRole('button', { name: 'Why this label?' }).click()
  await expect(dialog.getByText(/\d+ model runs/)).toBeVisible(LOADED)
  await expectAccessible(page, '[role=dialog]')
  await page.keyboard.press('Escape')
  // They are labeled on this device, too.
  await page.getByRole('button', { name: 'Label photos' }).click()
  await expect(page.getByText('0 labeled · 40 left')).toBeVisible()
  await expect(page.getByTestId('photo')).toBeVisible()
  await page.keyboard.type('animal\n')
  await expect(page.getByText('1 labeled · 39 left')).toBeVisible()
  await page.goto('/batch')
  await waitForHydration(page)
  await chooseFolder(page, await createLargePhotos(30))
  await expect.poll(() => doneCount(page), LOADED).toBeGreaterThan(0)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel remaining photos' }).click()
  await expect(page.getByRole('paragraph').filter({ hasText: 'Canceled. Results so far are kept.' })).toBeVisible()
  const count = await doneCount(page)
  await page.reload()
  await expect(page.getByRole('paragraph').filter({ hasText: 'Canceled. Results so far are kept.' })).toBeVisible()
  expect(await doneCount(page)).toBeGreaterThanOrEqual(count)
  await page.goto('/batch')
  await expect(page.getByRole('listitem').filter({ hasText: 'holiday' })).toContainText('Canceled')
  expect(suspicious).toEqual([])
})
