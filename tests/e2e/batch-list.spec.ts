import { expect, type Page, test } from '@playwright/test'
import { violations } from './axe'
import {
  chooseFiles,
  deleteBatch,
  jobId,
  openBatch,
  reloadWhenStored,
  rows,
  storedThumbnails,
  waitUntilDone,
} from './batch-page'
import { failOnPageErrors } from './browser-page'

test.beforeEach(async ({ page }) => {
  failOnPageErrors(page)
  await openBatch(page)
})

const items = (page: Page) => page.getByRole('main').getByRole('listitem')

async function classifySamples(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try 24 sample photos' }).click()
  await waitUntilDone(page)
}

test('keeps thumbnails of all photos across a reload, and deletes them with the batch @extended', async ({ page }) => {
  await classifySamples(page)
  await expect.poll(() => storedThumbnails(page)).toBe(24)
  await reloadWhenStored(page)
  await waitUntilDone(page)
  await expect(rows(page).first().locator('img')).toBeVisible()
  // Also those that were never in view.
  const scroller = page.getByRole('region', { name: /^Photos: arrow keys/ })
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await expect(rows(page).last().locator('img')).toBeVisible()
  await rows(page)
    .last()
    .click({ position: { x: 20, y: 20 } })
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Only a thumbnail is left.')).toBeVisible()
  await expect(dialog.locator('img')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'New batch' }).click()
  await deleteBatch(page, 'Sample photos')
  await expect(items(page)).toHaveCount(0)
  expect(await storedThumbnails(page)).toBe(0)
})

test('a batch can be renamed in its head and in the list, which shows how it went', async ({ page }) => {
  await classifySamples(page)
  const title = page.getByRole('heading', { level: 1 })
  await page.getByRole('button', { name: 'Rename Sample photos' }).click()
  const field = page.getByRole('textbox', { name: 'Name of the batch' })
  await field.fill('Never mind')
  await field.press('Escape')
  await expect(title).toHaveText('Sample photos')
  await expect(page.getByRole('button', { name: 'Rename Sample photos' })).toBeFocused()
  await page.keyboard.press('Enter')
  await field.fill('Animals, second try')
  await field.press('Enter')
  await expect(title).toHaveText('Animals, second try')
  await reloadWhenStored(page)
  await expect(title).toHaveText('Animals, second try')
  await waitUntilDone(page)
  await page.getByRole('button', { name: 'New batch' }).click()
  await expect(items(page)).toContainText(/Animals, second try.*Done.*24 photos.*Balanced.*\d% right/)
  await page.getByRole('button', { name: 'Rename Animals, second try' }).click()
  await field.fill('Animals')
  await field.press('Enter')
  await page.getByRole('link', { name: 'Animals', exact: true }).click()
  await expect(title).toHaveText('Animals')
})

test('deleting asks first, keeps the focus in the list, and tells other tabs', async ({ page, context }) => {
  for (const name of ['koala', 'goldfish']) {
    await chooseFiles(page, `public/gallery/${name}.webp`)
    await waitUntilDone(page)
    if (name === 'koala') await page.getByRole('button', { name: 'New batch' }).click()
  }
  const other = await context.newPage()
  await other.goto(page.url())
  await waitUntilDone(other)
  await page.getByRole('button', { name: 'New batch' }).click()
  await expect(items(page)).toHaveCount(2)
  const ask = page.getByRole('button', { name: 'Delete goldfish.webp and its results' })
  await ask.click()
  await expect(page.getByRole('button', { name: 'Keep' })).toBeFocused()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(ask).toBeFocused()
  await deleteBatch(page, 'goldfish.webp')
  await expect(items(page)).toHaveCount(1)
  await expect(page.getByRole('status').filter({ hasText: 'goldfish.webp was deleted.' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Delete koala.webp and its results' })).toBeFocused()
  await expect(other.getByText('This batch is no longer on the server')).toBeVisible()
  await deleteBatch(page, 'koala.webp')
  await expect(items(page)).toHaveCount(0)
  await expect(page.getByRole('main')).toBeFocused()
})

test('the list asks the server for batches that may still run, and tells which ones have expired @extended', async ({
  page,
}) => {
  await page.route('**/photos?unique=1', (route) => route.abort())
  await page.getByRole('button', { name: 'Try 24 sample photos' }).click()
  await expect.poll(() => jobId(page)).not.toBe('')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await expect
    .poll(async () => (await (await page.request.get(`/api/jobs/${jobId(page)}`)).json()).reason)
    .toBe('requested')
  const id = jobId(page)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto('/about')
  await openBatch(page)
  await expect(items(page)).toContainText('Paused')
  await page.request.delete(`/api/jobs/${id}`)
  await reloadWhenStored(page)
  await expect(items(page)).toContainText('Expired')
  await expect(page.getByRole('link', { name: 'Sample photos' })).toHaveCount(0)
})
