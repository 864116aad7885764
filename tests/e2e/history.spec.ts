import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { readRows } from '../support/workbook'
import { photoInput } from './browser-page'

const rows = (page: Page) => page.getByRole('main').getByRole('listitem')

/** Classifies two photos and opens the history. */
async function openHistoryOfTwo(page: Page): Promise<void> {
  await page.goto('/')
  await photoInput(page).setInputFiles(['koala.webp', 'espresso.png'].map((name) => `public/gallery/${name}`))
  await expect(page.getByRole('heading', { level: 1, name: 'koala' })).toBeVisible()
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'espresso' })).toBeVisible()
  await expect(async () => {
    await page.goto('/history')
    await expect(rows(page)).toHaveCount(2, { timeout: 500 })
  }).toPass()
}

test('stores results in this browser, with search, export and deletion', async ({ page }) => {
  await openHistoryOfTwo(page)
  await expect(page.getByText('not on the server')).toBeVisible()
  await expect(page.getByText(/2 of 2 photos, \d+(\.\d)? KB\. The latest 200 are kept\./)).toBeVisible()
  const koala = rows(page).filter({ hasText: 'koala.webp' })
  await expect(koala).toContainText(/koala\d\d\.\d% ?then /)
  expect(await koala.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(160)
  const search = page.getByRole('searchbox', { name: 'Search by label or file' })
  // A kind of coffee.
  await search.fill('coffee')
  await expect(rows(page)).toHaveCount(1)
  await search.fill('espresso')
  await expect(rows(page)).toHaveCount(1)
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  expect(
    readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\r\n'),
  ).toHaveLength(2)
  const [excel] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Excel' }).click(),
  ])
  expect(await readRows(readFileSync(await excel.path()))).toMatchObject([{ file: 'espresso.png', label: 'espresso' }])
  await search.fill('')
  await page.getByRole('button', { name: 'Remove koala.webp' }).click()
  await expect(rows(page)).toHaveCount(1)
  await page.reload()
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Clear history' }).click()
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await expect(page.getByText('Nothing here yet.')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Nothing here yet.')).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`has no accessibility violations in ${scheme}${scheme === 'dark' ? ' @phone-only' : ''}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await openHistoryOfTwo(page)
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
    expect(scrollWidth).toBe(clientWidth)
  })
}
