import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import type { Job } from '@/lib/shared/contract/jobs'
import { expectAccessible } from './axe'
import {
  chooseFolder,
  createPhotoFolder,
  fetchResults,
  figures,
  jobId,
  openBatch,
  rows,
  storedThumbnails,
  temporaryFolder,
  waitUntilDone,
} from './batch-page'
import { failOnPageErrors } from './browser-page'

const root = temporaryFolder()
const job = async (page: Page): Promise<Job> => (await page.request.get(`/api/jobs/${jobId(page)}`)).json()

/** Opens a batch in a new page. */
async function openInNewPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  failOnPageErrors(page)
  await page.goto(url)
  return page
}

/** Moves the pointer, which loads the rest of the page's code, and waits until it is there. */
async function preloadCode(page: Page): Promise<void> {
  let [started, finished] = [0, 0]
  page.on('request', (request) => request.resourceType() === 'script' && started++)
  page.on('requestfinished', (request) => request.resourceType() === 'script' && finished++)
  await page.mouse.move(10, 10)
  await expect.poll(() => started > 0 && started === finished).toBe(true)
}

/**
 * Lets a number of uploads of a page succeed; later ones fail as if the connection were lost. A route of the page itself
 * would end before the page does when that is closed, and let through what it tries to send at this moment.
 */
async function limitUploads(page: Page, uploads: number): Promise<void> {
  let count = 0
  await page.context().route('**/photos?unique=1', async (route) => {
    if (route.request().frame().page() !== page) await route.fallback()
    else if (count++ < uploads) await route.continue()
    else await route.abort()
  })
}

test('resumes an interrupted upload when the folder is selected again, with one result per photo', async ({
  page,
  context,
}) => {
  failOnPageErrors(page)
  const folder = createPhotoFolder(root(), 150)
  await limitUploads(page, 1)
  await openBatch(page)
  await chooseFolder(page, folder)
  await expect(figures(page)).toContainText('64 of 150')
  await expect(page.getByText('86 photos left to upload. Keep this page open')).toBeVisible()
  const url = page.url()
  await page.close()

  const later = await openInNewPage(context, url)
  await expect(figures(later)).toContainText('64 of 150')
  await expect(later.getByText('86 photos weren’t uploaded')).toBeVisible()
  utimesSync(join(folder, 'zoo', '0147.webp'), 1, 1)
  await chooseFolder(later, folder)
  await expect(later.getByText('1 photo wasn’t uploaded')).toBeVisible()
  await later.getByRole('button', { name: '1 file skipped' }).click()
  await expect(later.getByText('holiday/zoo/0147.webpchanged since the batch was created')).toBeVisible()
  await expect(figures(later)).toContainText('149 of 150')
  await later.getByRole('button', { name: 'Continue without them' }).click()
  await expect(later.getByRole('button', { name: 'Not yet' })).toBeFocused()
  await later.getByRole('button', { name: 'Continue without 1 photo' }).click()
  await waitUntilDone(later)
  const names = (await fetchResults(later)).map(({ file }) => file)
  expect([names.length, new Set(names).size]).toEqual([149, 149])
  expect(await job(later)).toMatchObject({ state: 'done', open: false, counts: { total: 149, ok: 149 } })
})

test('a second tab leaves the upload to the first one, and asks for the files only once that is closed @extended', async ({
  page,
  context,
}) => {
  failOnPageErrors(page)
  const folder = createPhotoFolder(root(), 150)
  let uploads = 0
  // The second upload never ends.
  await page.route('**/photos?unique=1', (route) => (uploads++ === 0 ? route.continue() : undefined))
  await openBatch(page)
  await chooseFolder(page, folder)
  await expect(figures(page)).toContainText('64 of 150')
  const second = await openInNewPage(context, page.url())
  await expect(figures(second)).toContainText('64 of 150')
  await expect(second.getByText('Another tab is uploading 86 photos')).toBeVisible()
  await expect(second.getByText('You can close this page, but not the tab that uploads the photos.')).toBeVisible()
  await expect(second.getByText('weren’t uploaded')).toHaveCount(0)
  await expect(second.getByRole('button', { name: 'Continue without them' })).toHaveCount(0)
  // The browser may still send what the first tab had begun.
  await page.close()
  await expect(second.getByText(/^\d+ photos weren’t uploaded$/)).toBeVisible()
  await expect(second.getByText('The photos that are uploaded are still classified.')).toBeVisible()
  await chooseFolder(second, folder)
  await waitUntilDone(second)
  await expect(figures(second)).toContainText('150 of 150')
})

test('thumbnails in view outlive a reload in the middle of the upload @extended', async ({ page }) => {
  failOnPageErrors(page)
  await openBatch(page)
  await limitUploads(page, 1)
  await chooseFolder(page, createPhotoFolder(root(), 150))
  await expect(figures(page)).toContainText('64 of 150')
  await expect.poll(() => storedThumbnails(page)).toBeGreaterThan(5)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByText('86 photos weren’t uploaded')).toBeVisible()
  await expect(rows(page).first().locator('img')).toBeVisible()
})

test('finishes uploaded photos without an open page, and shows the batch in another browser by its URL', async ({
  page,
  context,
  browser,
}) => {
  failOnPageErrors(page)
  await openBatch(page)
  // The page never learns of the results.
  await page.route('**/events', () => {})
  await chooseFolder(page, createPhotoFolder(root(), 130))
  await expect(page.getByText(/^You can close this page\. All photos/)).toBeVisible()
  const url = page.url()
  const api = `/api/jobs/${jobId(page)}`
  await page.close()
  await expect.poll(async () => (await (await context.request.get(api)).json()).state).toBe('done')
  const elsewhere = await openInNewPage(await browser.newContext(), url)
  await waitUntilDone(elsewhere)
  await expect(figures(elsewhere)).toContainText('130 of 130')
  await elsewhere.getByRole('button', { name: 'Show holiday/0001.webp' }).click()
  await expect(elsewhere.getByText('Preview not available')).toBeVisible()
  await elsewhere.context().close()
  const back = await openInNewPage(context, url)
  await waitUntilDone(back)
})

test('only the browser that uploads a batch ends it, unless it is lost @extended', async ({ page, browser }) => {
  failOnPageErrors(page)
  const folder = createPhotoFolder(root(), 150)
  let [uploads, release] = [0, () => {}]
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/photos?unique=1', async (route) => {
    if (uploads++ > 0) await released
    await route.continue().catch(() => {})
  })
  await openBatch(page)
  await chooseFolder(page, folder)
  await expect(figures(page)).toContainText('64 of 150')
  const other = await openInNewPage(await browser.newContext(), page.url())
  const notice = other.getByText('The batch is still open in another browser')
  await expect(notice).toBeVisible()
  await expect(figures(other)).toContainText('64 of 64')
  await expect(other.getByText('The batch continues in the browser that uploads the photos')).toBeVisible()
  // A name of one's own doesn't make it one's own batch.
  await other.getByRole('button', { name: 'Rename holiday' }).click()
  await other.getByRole('textbox', { name: 'Name of the batch' }).fill('Theirs')
  await other.keyboard.press('Enter')
  await other.reload()
  await expect(other.getByRole('heading', { level: 1, name: 'Theirs' })).toBeVisible()
  await expect(notice).toBeVisible()
  await expect(figures(other)).toContainText('64 of 64')
  release()
  await waitUntilDone(page)
  await waitUntilDone(other)
  await expect(figures(other)).toContainText('150 of 150')
  await expect(notice).toBeHidden()
  expect(await job(page)).toMatchObject({ state: 'done', open: false, counts: { total: 150 } })

  // The uploader is lost.
  await page.getByRole('button', { name: 'New batch' }).click()
  await page.unroute('**/photos?unique=1')
  await limitUploads(page, 1)
  await chooseFolder(page, folder)
  await expect(figures(page)).toContainText('64 of 150')
  const finisher = await openInNewPage(other.context(), page.url())
  await page.close()
  await finisher.getByRole('button', { name: 'Finish batch' }).click()
  // An upload that was on its way may have arrived.
  await finisher.getByRole('button', { name: /^Finish with (64|128) photos$/ }).click()
  await waitUntilDone(finisher)
  const finished = await job(finisher)
  expect(finished).toMatchObject({ state: 'done', open: false })
  expect([64, 128]).toContain(finished.counts.total)
  await other.context().close()
})

test('pauses uploads and the server across reloads, resumes them, and keeps the results after canceling', async ({
  page,
}) => {
  failOnPageErrors(page)
  await openBatch(page)
  await limitUploads(page, 1)
  await chooseFolder(page, createPhotoFolder(root(), 150))
  await expect(figures(page)).toContainText('64 of 150')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await expect.poll(async () => (await job(page)).reason).toBe('requested')
  // Failed uploads are not retried while paused.
  const retriedUpload = page.waitForRequest('**/photos?unique=1', { timeout: 2500 }).catch(() => null)
  await page.context().unroute('**/photos?unique=1')
  expect(await retriedUpload).toBe(null)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await chooseFolder(page, join(root(), 'holiday'))
  await expect(page.getByText('86 photos left to upload')).toBeVisible()
  expect((await job(page)).counts).toMatchObject({ total: 64, done: 64 })
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(figures(page)).toContainText('150 of 150')
  await waitUntilDone(page)

  await page.getByRole('button', { name: 'New batch' }).click()
  await limitUploads(page, 1)
  await chooseFolder(page, join(root(), 'holiday'))
  await expect(figures(page)).toContainText('64 of 150')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel remaining photos' }).click()
  await expect(figures(page)).toContainText(/64 of 64 photos·.*86 skipped/)
  await expect.poll(async () => (await job(page)).state).toBe('cancelled')
})

test('waits for the connection and for a full server, and reports a deleted batch @extended', async ({
  page,
  context,
}) => {
  await openBatch(page)
  await preloadCode(page)
  await context.setOffline(true)
  await chooseFolder(page, createPhotoFolder(root(), 6))
  await expect(page.getByText('Waiting for the server')).toBeVisible()
  await expect(rows(page)).toHaveCount(6)
  // Nothing is being uploaded.
  await expect(rows(page).first()).toContainText('waiting')
  await context.setOffline(false)
  await waitUntilDone(page)
  await page.getByRole('button', { name: 'New batch' }).click()
  let refusals = 0
  await page.route('**/photos?unique=1', async (route) => {
    if (refusals++ > 0) return route.continue()
    const body = { code: 'storage_full', title: 'Storage full', detail: 'The server’s disk is full.', status: 507 }
    await route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify(body) })
  })
  await chooseFolder(page, join(root(), 'holiday'))
  await expect(page.getByText('The server’s storage is full')).toBeVisible()
  await waitUntilDone(page)
  await page.request.delete(`/api/jobs/${jobId(page)}`)
  await page.reload()
  await expect(page.getByText('There is no batch at this URL')).toBeVisible()
})

test('has no accessibility violations and fits the screen', async ({ page }) => {
  test.setTimeout(120_000)
  failOnPageErrors(page)
  await openBatch(page)
  await expectAccessible(page)
  const folder = createPhotoFolder(root(), 10)
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  const labels = `file,label\n${(await fetchResults(page)).map(({ file, label }, index) => `${file},${index % 5 === 0 ? 'koala' : label}`).join('\n')}`
  await page
    .locator('input[data-picks=labels]')
    .setInputFiles({ name: 'labels.csv', mimeType: 'text/csv', buffer: Buffer.from(labels) })
  await page.getByRole('button', { name: 'Confusion matrix' }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Export' }).click()
  await expect(page.getByRole('button', { name: 'Download 10 rows' })).toBeVisible()
  await expectAccessible(page, '[role=dialog]')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Show holiday/0001.webp' }).click()
  await expect(page.getByRole('dialog').getByRole('table', { name: 'Scores' })).toBeVisible()
  await expectAccessible(page, '[role=dialog]')
})
