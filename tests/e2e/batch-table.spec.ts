import { expect, type Page, test } from '@playwright/test'
import {
  chooseFolder,
  createPhotoFolder,
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

/** The button of the photo that is the table's nth row. */
const photo = (page: Page, row: number) =>
  page
    .getByRole('table', { name: 'Batch photos' })
    .locator(`tr[aria-rowindex="${row + 1}"]`)
    .getByRole('button')

test('the table is one tab stop; keys move in it, and the view outlives the Classify page and a reload', async ({
  page,
}) => {
  await chooseFolder(page, createPhotoFolder(root(), 60))
  await waitUntilDone(page)
  await expect(page).toHaveTitle('holiday · Vision')
  await expect(page.locator('tbody button[tabindex="0"]')).toHaveCount(1)
  await page.getByRole('table', { name: 'Batch photos' }).getByRole('button', { name: 'Status' }).focus()
  await page.keyboard.press('Tab')
  await expect(photo(page, 1)).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(photo(page, 2)).toBeFocused()
  await page.keyboard.press('End')
  await expect(photo(page, 60)).toBeFocused()
  await expect(photo(page, 60)).toBeInViewport({ ratio: 1 })
  await page.keyboard.press('PageUp')
  await expect(photo(page, 60)).not.toBeFocused()
  await page.keyboard.press('Home')
  await expect(photo(page, 1)).toBeFocused()
  await expect(photo(page, 1)).toBeInViewport({ ratio: 1 })
  // A photo out of sight stays the tab stop.
  await page.getByRole('region', { name: /^Photos: / }).evaluate((table) => table.scrollTo(0, table.scrollHeight))
  await expect(photo(page, 60)).toBeVisible()
  await expect(photo(page, 1)).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  await expect(photo(page, 1)).toBeFocused()
  // The dialog leads back to the photo seen last, which the filters keep in the table.
  await page.getByRole('searchbox').fill('zoo/')
  await expect(rows(page).first()).toContainText('0000.webp')
  await photo(page, 1).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(/holiday\/zoo\/0000\.webp.*1 of 20/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(dialog).toContainText('holiday/zoo/0006.webp')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(photo(page, 3)).toBeFocused()
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Open on the Classify page' }).click()
  await expect(page).toHaveURL(/\/#photo-\d+$/)
  await expect(page).not.toHaveTitle(/holiday/)
  await page.goBack()
  await expect(dialog).toContainText('holiday/zoo/0006.webp')
  await expect(page).toHaveTitle('holiday · Vision')
  await page.keyboard.press('Escape')
  await expect(photo(page, 3)).toBeFocused()
  await page.getByRole('combobox', { name: 'Filter photos' }).selectOption('Classified')
  await reloadWhenStored(page)
  await expect(page.getByRole('searchbox')).toHaveValue('zoo/')
  await expect(page.getByRole('combobox', { name: 'Filter photos' })).toHaveValue('ok')
  await expect(page.getByText('20 of 60', { exact: true })).toBeVisible()
})

test('rows have room for their text when the browser’s font is twice as large @phone', async ({ page }) => {
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
  })
  await chooseFolder(page, createPhotoFolder(root(), 8))
  await waitUntilDone(page)
  const boxes = await rows(page).evaluateAll((all) =>
    all.map((row) => {
      const { top, bottom } = row.getBoundingClientRect()
      const cells = [...row.querySelectorAll('td > *')]
        .map((cell) => cell.getBoundingClientRect())
        .filter(({ height }) => height > 0)
      return {
        top,
        bottom,
        contentTop: Math.min(...cells.map((cell) => cell.top)),
        contentBottom: Math.max(...cells.map((cell) => cell.bottom)),
      }
    }),
  )
  expect(boxes).toHaveLength(8)
  for (const [index, { top, bottom, contentTop, contentBottom }] of boxes.entries()) {
    expect(contentTop).toBeGreaterThanOrEqual(top)
    expect(contentBottom).toBeLessThanOrEqual(bottom)
    expect(top).toBeGreaterThanOrEqual(boxes[index - 1]?.bottom ?? 0)
  }
})
