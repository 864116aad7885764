import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import sharp from 'sharp'
import { readRows } from '../support/workbook'
import { expectAccessible, violations } from './axe'
import { choosePhotos, heading, photoInput, waitForHydration } from './browser-page'

const rows = (page: Page) => page.getByRole('main').getByRole('listitem')

/** Classifies two photos and opens the history. */
async function openHistoryOfTwo(page: Page): Promise<void> {
  await page.goto('/')
  await waitForHydration(page)
  await photoInput(page).setInputFiles(['koala.webp', 'espresso.png'].map((name) => `public/gallery/${name}`))
  await expect(page.getByRole('heading', { level: 1, name: 'koala' })).toBeVisible()
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'espresso' })).toBeVisible()
  await expect.poll(() => storedResults(page)).toBe(2)
  await page.goto('/history')
  await expect(rows(page)).toHaveCount(2)
}

/** How many results the page has stored. Opening a database that doesn't exist would create it without its stores. */
const storedResults = (page: Page) =>
  page.evaluate(async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'vision')) return 0
    return new Promise<number>((resolve) => {
      const open = indexedDB.open('vision')
      open.onsuccess = () => {
        const all = open.result.transaction('runs').objectStore('runs').getAll()
        all.onsuccess = () => {
          open.result.close()
          resolve(all.result.reduce((sum, { otherResults = [] }) => sum + 1 + otherResults.length, 0))
        }
      }
    })
  })

test('stores results in this browser, with search, export and deletion', async ({ page }) => {
  await openHistoryOfTwo(page)
  await expect(page.getByText('not on the server')).toBeVisible()
  await expect(page.getByText(/2 of 2 photos, \d+(\.\d)? KB\. The latest 200 are kept\./)).toBeVisible()
  await expectAccessible(page)
  const koala = rows(page).filter({ hasText: 'koala.webp' })
  await expect(koala).toContainText(/koala\d\d\.\d% ?Other candidates: /)
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

test('brings a removed row back as it was, by pointer and keyboard, even the last one @extended @phone-extended', async ({
  page,
}) => {
  await openHistoryOfTwo(page)
  const before = await rows(page).allInnerTexts()
  const koala = rows(page).filter({ hasText: 'koala.webp' })
  const notice = page.getByRole('status').filter({ hasText: 'Result removed' })
  const undo = notice.getByRole('button', { name: 'Undo' })
  await koala.getByRole('button', { name: 'Remove koala.webp' }).click()
  await expect(koala).toBeHidden()
  await undo.click()
  await expect(notice).toBeHidden()
  expect(await rows(page).allInnerTexts()).toEqual(before)
  const width = () => koala.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)
  await expect.poll(width).toBe(160)
  // From the dialog, where the focus is on what is gone: it moves to the notice, and from there to the row.
  await koala.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(undo).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(koala.getByRole('button', { name: 'koala', exact: true })).toBeFocused()
  // It's stored again, with its thumbnail.
  await page.reload()
  await expect.poll(() => rows(page).allInnerTexts()).toEqual(before)
  await expect.poll(width).toBe(160)
  await page.getByRole('button', { name: 'Remove espresso.png' }).click()
  await page.getByRole('button', { name: 'Remove koala.webp' }).click()
  await expect(page.getByText('Nothing here yet.')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await undo.click()
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Remove koala.webp' }).click()
  await notice.getByRole('button', { name: 'Dismiss' }).click()
  await expect(notice).toBeHidden()
  await page.reload()
  await expect(page.getByText('Nothing here yet.')).toBeVisible()
})

const dialog = (page: Page) => page.getByRole('dialog')

test('opens a row again by pointer and keyboard, with all labels, and classifies its photo again', async ({ page }) => {
  await openHistoryOfTwo(page)
  // Wherever it is clicked: here on the thumbnail.
  const koala = rows(page).filter({ hasText: 'koala.webp' })
  await koala.click({ position: { x: 20, y: 20 } })
  await expect(dialog(page)).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(dialog(page)).toContainText('Balanced (efficientnet-lite1-int8)')
  await expect(dialog(page)).toContainText('768 × 1024 · WebP')
  expect(await dialog(page).getByRole('row').count()).toBeGreaterThanOrEqual(10)
  // The photo itself, not the thumbnail.
  const photo = dialog(page).getByRole('img', { name: 'koala.webp' })
  await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(768)
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
  const open = rows(page).getByRole('button', { name: 'espresso', exact: true })
  await open.focus()
  await page.keyboard.press('Enter')
  await expect(heading(page, 'espresso')).toBeVisible()
  // Whichever result arrived first is last.
  await page.getByRole('button', { name: /^(Previous|Next) result$/, disabled: false }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  const request = page.waitForRequest('**/api/classify*')
  await page.getByRole('button', { name: 'Classify again' }).click()
  await request
  await expect(page).toHaveURL(/\/#photo-1$/)
  await expect(heading(page, 'koala')).toBeVisible()
  // Without the photo there is nothing to classify, and the thumbnail is shown. It's still the same row.
  await page.getByRole('button', { name: 'Remove koala.webp' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.goto('/history')
  await expect(rows(page)).toHaveCount(2)
  await koala.click()
  await expect(dialog(page)).toContainText('Only a thumbnail is left')
  await expect(dialog(page).getByRole('button', { name: 'Classify again' })).toBeHidden()
  await dialog(page).getByRole('button', { name: 'Remove' }).click()
  await expect(rows(page)).toHaveCount(1)
})

test('results of several models for a photo are one row @extended', async ({ page }) => {
  await page.goto('/')
  await choosePhotos(page, 'astronaut.png')
  await page.getByRole('link', { name: 'Compare models' }).click()
  await expect(page.getByText(/different labels/)).toBeVisible()
  await expect.poll(() => storedResults(page)).toBe(3)
  await page.goto('/history')
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText('Fast, Balanced, Accurate')
  await expect(rows(page)).toContainText('different labels')
  await rows(page).click()
  await dialog(page).getByText('Accurate', { exact: true }).click()
  await expect(dialog(page)).toContainText('Accurate (efficientnet-lite2-int8)')
  expect(await violations(page)).toEqual([])
})

test('opens results that an earlier version stored', async ({ page }) => {
  await openHistoryOfTwo(page)
  await page.evaluate(async () => {
    const open = indexedDB.open('vision')
    await new Promise((resolve) => {
      open.onsuccess = resolve
    })
    const store = open.result.transaction('runs', 'readwrite').objectStore('runs')
    const all = store.getAll()
    await new Promise((resolve) => {
      all.onsuccess = resolve
    })
    for (const { id, time, file, thumbnail, result } of all.result) store.put({ id, time, file, thumbnail, result })
    await new Promise((resolve) => {
      store.transaction.oncomplete = resolve
    })
    open.result.close()
  })
  await page.reload()
  await rows(page).filter({ hasText: 'koala.webp' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(dialog(page)).toContainText('Only a thumbnail is left')
})

test('puts "Not recognized" before the labels that say nothing', async ({ page }) => {
  await page.goto('/')
  await waitForHydration(page)
  const grey = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
  await photoInput(page).setInputFiles([{ name: 'grey.png', mimeType: 'image/png', buffer: grey }])
  await expect(heading(page, 'Not recognized')).toBeVisible()
  await expect.poll(() => storedResults(page)).toBe(1)
  await page.goto('/history')
  await expect(rows(page).getByRole('button', { name: 'Not recognized', exact: true })).toBeVisible()
  await expect(rows(page)).toContainText(/Closest labels: \w+/)
})
