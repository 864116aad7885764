import { expect, type Page, test } from '@playwright/test'
import sharp from 'sharp'
import { expectAccessible } from './axe'
import { choosePhotos, heading, photoPath, waitForHydration } from './browser-page'

const card = (page: Page, model: string) => page.getByRole('radio', { name: new RegExp(`^${model}`) })
/** The models' marks in the score plot. */
const plotMarks = (page: Page) => page.locator('div[aria-hidden="true"] > div span[translate="no"]')
const overlap = (a: DOMRect, b: DOMRect) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
const scores = (page: Page) => page.getByRole('table', { name: 'Scores' })

test('compares three models for a photo, by keyboard, and keeps the view after a reload and going back @phone-extended', async ({
  page,
}) => {
  await page.goto('/')
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('link', { name: 'Compare models' }).click()
  await expect(page.getByText('All 3 models agree')).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  for (const model of ['Fast', 'Balanced', 'Accurate']) await expect(card(page, model)).toBeVisible()
  await expect(scores(page).getByRole('columnheader')).toHaveText(['Label', 'Fast', 'Balanced', 'Accurate'])
  await expect(scores(page).getByRole('rowheader').first()).toHaveText('koala')
  const marks = await plotMarks(page).evaluateAll((found) => found.map((mark) => mark.getBoundingClientRect().toJSON()))
  expect(marks.length).toBeGreaterThanOrEqual(3)
  expect(marks.filter((mark, i) => marks.slice(i + 1).some((other) => overlap(mark, other)))).toEqual([])

  await card(page, 'Balanced').focus()
  await page.keyboard.press('ArrowRight')
  await expect(card(page, 'Accurate')).toBeChecked()
  await page.getByRole('checkbox', { name: 'Fast' }).uncheck()
  await expect(page.getByText('Both models agree')).toBeVisible()
  // A model keeps its letter when another one leaves.
  await expect(
    page
      .locator('label')
      .filter({ has: card(page, 'Accurate') })
      .getByText('C', { exact: true }),
  ).toBeVisible()
  await expect(page).toHaveURL(/\/compare\?models=balanced,accurate#photo-1$/)
  // At least two models stay selected.
  await expect(page.getByRole('checkbox', { name: 'Balanced' })).toBeDisabled()
  await page.reload()
  await expect(page.getByText('Both models agree')).toBeVisible()
  await expect(card(page, 'Accurate')).toBeChecked()
  await page.goBack()
  await expect(page.getByRole('button', { name: /Accurate model/ })).toBeVisible()
})

test('shows that models disagree and marks the one that differs', async ({ page }) => {
  await page.goto('/compare')
  await expect(heading(page, 'Compare models')).toBeVisible()
  await choosePhotos(page, 'astronaut.png')
  await expect(page.getByText(/different labels/)).toBeVisible()
  await expect(page.getByText('Differs', { exact: true }).first()).toBeVisible()
  // A model that is broken shows its failure; the others are compared without it.
  await page.route('**/api/classify?model=fast*', (route) =>
    route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 500, code: 'broken', title: 'Model broken', detail: 'x' }),
    }),
  )
  await choosePhotos(page, 'espresso.png')
  await expect(page.getByText('Model broken')).toBeVisible()
  await expect(page.getByText('The other 2 models agree')).toBeVisible()
  await expect(page.getByText('1 model has no result.')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('All 3 models agree')).toBeVisible()
  await expect(heading(page, 'espresso')).toBeVisible()
})

test('a phone opens its camera from the start page, first of all ways @phone-only', async ({ page }) => {
  await page.goto('/compare')
  await waitForHydration(page)
  const buttons = page.getByRole('main').getByRole('button')
  await expect(buttons.nth(0)).toHaveText('Take a photo')
  await expect(buttons.nth(1)).toHaveText('Choose a photo')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), buttons.nth(0).click()])
  expect(await chooser.element().getAttribute('capture')).toBe('environment')
  await chooser.setFiles(photoPath('koala.webp'))
  await expect(page.getByText('All 3 models agree')).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
})

test('has no accessibility violations and fits the screen', async ({ page }) => {
  await page.goto('/compare')
  await choosePhotos(page, 'astronaut.png')
  await expect(page.getByText(/different labels/)).toBeVisible()
  await expectAccessible(page)
})

test('offers to remove a damaged photo, not to try the same again', async ({ page }) => {
  const photo = await sharp(photoPath('koala.webp')).jpeg().toBuffer()
  await page.goto('/compare')
  await page.waitForLoadState('networkidle')
  const damaged = { name: 'cut.jpg', mimeType: 'image/jpeg', buffer: photo.subarray(0, photo.length * 0.3) }
  await page.locator('input[type=file]').first().setInputFiles(damaged)
  await expect(heading(page, 'No model has a result')).toBeVisible()
  await expect(page.getByText('Download or export it again, then add it here.', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Remove photo', exact: true }).click()
  await expect(heading(page, 'Compare models')).toBeVisible()
})
