import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'

const CREDITS = readFileSync('public/gallery/CREDITS.csv', 'utf8').trim().split('\n').length - 1

test.beforeEach(async ({ page }) => {
  page.on('pageerror', (error) => {
    throw error
  })
  await page.goto('/gallery')
  await expect(page.getByRole('heading', { level: 1, name: 'Try a photo from the gallery' })).toBeVisible()
})

test('shows each photo with its prediction, author and license @phone-extended', async ({ page }) => {
  const pictures = page.getByRole('article')
  await expect(pictures).toHaveCount(CREDITS)
  await expect(page.getByText(`${CREDITS} of ${CREDITS} photos`)).toBeVisible()
  for (const picture of await pictures.all()) {
    await expect(picture).toContainText(/\d%/)
    await expect(picture).toContainText(/, (public domain|CC0|CC BY)/)
  }
  const koala = pictures.filter({ hasText: 'koala' })
  await expect(koala.getByRole('link', { name: 'CC BY-SA 3.0' })).toHaveAttribute(
    'href',
    'https://creativecommons.org/licenses/by-sa/3.0/',
  )
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
  expect(scrollWidth).toBe(clientWidth)
})

test('filters by label, group and certainty; photos outside the labels are uncertain', async ({ page }) => {
  const search = page.getByRole('searchbox', { name: 'Search by label' })
  // Words of today for old labels, and what a label is a kind of.
  for (const [word, label] of [
    ['polar bear', 'ice bear'],
    ['parrot', 'macaw'],
    ['coffee', 'espresso'],
  ] as const) {
    await search.fill(word)
    await expect(page.getByRole('article').filter({ hasText: label })).toBeVisible()
    await expect(page.getByRole('article').filter({ hasText: 'koala' })).toHaveCount(0)
    if (word === 'polar bear') await expect(page.getByRole('article').first()).toContainText('Also called polar bear')
  }
  await search.fill('unicorn')
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('combobox', { name: 'Category' }).selectOption('outside the labels')
  await expect(page.getByRole('article')).toHaveCount(2)
  await page.getByRole('radio', { name: 'Uncertain' }).check({ force: true })
  await expect(page.getByRole('article')).toHaveCount(2)
  await page.getByRole('radio', { name: 'Confident', exact: true }).check({ force: true })
  await expect(page.getByText('No photos match.')).toBeVisible()
})

test('opens a photo on the classify page with its credit, only once', async ({ page }) => {
  await expectAccessible(page)
  await page.getByRole('link', { name: /koala/ }).first().click()
  await expect(page.getByRole('heading', { level: 1, name: 'koala' })).toBeVisible()
  await expect(page.getByText('David Iliff, CC BY-SA 3.0')).toBeVisible()
  expect(new URL(page.url()).search).toBe('')
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: 'Try a photo from the gallery' })).toBeVisible()
  await page.goForward()
  await expect(page.getByRole('heading', { level: 1, name: 'koala' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^koala\.webp: / })).toHaveCount(1)
  await page.goto('/?photo=../../package.json')
  await expect(page.getByRole('heading', { level: 1, name: 'Classify a photo' })).toBeVisible()
})
