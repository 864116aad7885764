import { expect, type Page, test } from '@playwright/test'
import { jobId, openBatch, rows, waitUntilDone } from './batch-page'
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

/** The number of thumbnails in the browser's database. */
function storedThumbnails(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const request = indexedDB.open('vision-thumbnails')
        request.onsuccess = () => {
          const count = request.result.transaction('thumbnails').objectStore('thumbnails').count()
          count.onsuccess = () => {
            resolve(count.result)
            request.result.close()
          }
        }
      }),
  )
}

test('keeps thumbnails of all photos across a reload, and deletes them with the batch', async ({ page }) => {
  await classifySamples(page)
  await expect.poll(() => storedThumbnails(page)).toBe(24)
  await page.reload()
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
  await page.getByRole('button', { name: 'Delete Sample photos and its results' }).click()
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
  await page.reload()
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

test('the list asks the server for batches that may still run, and tells which ones have expired', async ({ page }) => {
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
  await page.reload()
  await expect(items(page)).toContainText('Expired')
  await expect(page.getByRole('link', { name: 'Sample photos' })).toHaveCount(0)
})
