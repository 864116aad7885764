import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import type { Job } from '@/lib/shared/contract/jobs'
import { chooseFolder, done, figures, folderOf, jobId, openBatch, results, rows, temporary, watch } from './batch-page'

const root = temporary()
const job = async (page: Page): Promise<Job> => (await page.request.get(`/api/jobs/${jobId(page)}`)).json()

/** Another tab of the same browser, at the same batch. */
async function comeBack(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  watch(page)
  await page.goto(url)
  return page
}

/** Lets so many uploads through; the rest fails, as on a line that is lost. */
async function letThrough(page: Page, uploads: number): Promise<void> {
  let count = 0
  await page.route('**/photos?unique=1', async (route) => {
    if (count++ < uploads) await route.continue()
    else await route.abort()
  })
}

test('a page that is closed in the middle: the server goes on, the rest goes on with the folder, and each photo has one result @phone', async ({
  page,
  context,
}) => {
  watch(page)
  const folder = folderOf(root(), 150)
  await letThrough(page, 1)
  await openBatch(page)
  await chooseFolder(page, folder)
  await expect(figures(page)).toContainText('64 of 150')
  await expect(page.getByText('86 photos left to upload. Keep this page open')).toBeVisible()
  const url = page.url()
  await page.close()

  const later = await comeBack(context, url)
  await expect(figures(later)).toContainText('64 of 150')
  await expect(later.getByText('86 photos weren’t uploaded')).toBeVisible()
  utimesSync(join(folder, 'zoo', '0147.webp'), 1, 1)
  await chooseFolder(later, folder)
  await expect(later.getByText('1 photo wasn’t uploaded')).toBeVisible()
  await later.getByRole('button', { name: '1 file skipped' }).click()
  await expect(later.getByText('holiday/zoo/0147.webpchanged since the batch was created')).toBeVisible()
  await expect(figures(later)).toContainText('149 of 150')
  await later.getByRole('button', { name: 'Continue without them' }).click()
  await done(later)
  const names = (await results(later)).map(({ file }) => file)
  expect([names.length, new Set(names).size]).toEqual([149, 149])
  expect(await job(later)).toMatchObject({ state: 'done', open: false, counts: { total: 149, ok: 149 } })
})

test('what is uploaded goes on while no page is open, and the address shows it in another browser', async ({
  page,
  context,
  browser,
}) => {
  watch(page)
  await openBatch(page)
  await chooseFolder(page, folderOf(root(), 130))
  await expect(page.getByText(/^(You can close this page|Done\.)/)).toBeVisible()
  const url = page.url()
  await page.close()
  const elsewhere = await comeBack(await browser.newContext(), url)
  await done(elsewhere)
  await expect(figures(elsewhere)).toContainText('130 of 130')
  await elsewhere.getByRole('button', { name: 'Show holiday/0001.webp' }).click()
  await expect(elsewhere.getByText('Preview not available')).toBeVisible()
  await elsewhere.context().close()
  const back = await comeBack(context, url)
  await done(back)
})

test('pause holds uploads and the server, also over a reload; resume goes on; cancel keeps what is there', async ({
  page,
}) => {
  watch(page)
  await openBatch(page)
  await letThrough(page, 1)
  await chooseFolder(page, folderOf(root(), 150))
  await expect(figures(page)).toContainText('64 of 150')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await expect.poll(async () => (await job(page)).reason).toBe('requested')
  // What failed before is not sent again while it is paused.
  const again = page.waitForRequest('**/photos?unique=1', { timeout: 2500 }).catch(() => null)
  await page.unroute('**/photos?unique=1')
  expect(await again).toBe(null)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await chooseFolder(page, join(root(), 'holiday'))
  await expect(page.getByText('86 photos left to upload')).toBeVisible()
  expect((await job(page)).counts).toMatchObject({ total: 64, done: 64 })
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(figures(page)).toContainText('150 of 150')
  await done(page)

  await page.getByRole('button', { name: 'New batch' }).click()
  await letThrough(page, 1)
  await chooseFolder(page, join(root(), 'holiday'))
  await expect(figures(page)).toContainText('64 of 150')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel remaining photos' }).click()
  await expect(figures(page)).toContainText('64 of 64·86 skipped')
  await expect.poll(async () => (await job(page)).state).toBe('cancelled')
})

test('without a connection nothing is lost; a deleted batch is told; a full server is waited for', async ({
  page,
  context,
}) => {
  await openBatch(page)
  await context.setOffline(true)
  await chooseFolder(page, folderOf(root(), 6))
  await expect(page.getByText('No connection')).toBeVisible()
  await expect(rows(page)).toHaveCount(6)
  await context.setOffline(false)
  await done(page)
  await page.getByRole('button', { name: 'New batch' }).click()
  let refusals = 0
  await page.route('**/photos?unique=1', async (route) => {
    if (refusals++ > 0) return route.continue()
    const body = { code: 'storage_full', title: 'The disk is full', detail: 'The server’s disk is full.', status: 507 }
    await route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify(body) })
  })
  await chooseFolder(page, join(root(), 'holiday'))
  await expect(page.getByText('The disk is full')).toBeVisible()
  await done(page)
  await page.request.delete(`/api/jobs/${jobId(page)}`)
  await page.reload()
  await expect(page.getByText('This batch is no longer on the server')).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in ${scheme}, nothing is wider than the screen${scheme === 'dark' ? ' @phone' : ''}`, async ({
    page,
  }) => {
    watch(page)
    await page.emulateMedia({ colorScheme: scheme })
    await openBatch(page)
    const check = async (state: string) => {
      expect([state, (await new AxeBuilder({ page }).analyze()).violations]).toEqual([state, []])
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
      expect([state, scrollWidth]).toEqual([state, clientWidth])
    }
    await check('empty')
    const folder = folderOf(root(), 30)
    await chooseFolder(page, folder)
    await done(page)
    const labels = `file,label\n${(await results(page)).map(({ file, label }, at) => `${file},${at % 5 === 0 ? 'koala' : label}`).join('\n')}`
    await page
      .locator('input[data-picks=labels]')
      .setInputFiles({ name: 'labels.csv', mimeType: 'text/csv', buffer: Buffer.from(labels) })
    await expect(page.getByRole('heading', { name: 'Confusion matrix' })).toBeVisible()
    await check('done')
    await page.getByRole('button', { name: 'Export' }).click()
    await expect(page.getByRole('button', { name: 'Download 30 rows' })).toBeVisible()
    await check('export')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Show holiday/0001.webp' }).click()
    await expect(page.getByRole('dialog').getByRole('table', { name: 'Scores' })).toBeVisible()
    await check('photo')
  })
}
