import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { failOnPageErrors } from './browser-page'
import { navigate } from './navigate'

test.beforeEach(async ({ page }) => {
  failOnPageErrors(page)
  await page.goto('/')
  await navigate(page, 'Models')
  await expect(page.getByRole('heading', { level: 1, name: 'Explore models' })).toBeVisible()
})

test('shows the models with their accuracy, speed and source @phone-extended', async ({ page }) => {
  await expect(page.getByRole('article')).toHaveCount(3)
  const balanced = page.getByRole('article').filter({ hasText: 'EfficientNet-Lite1' })
  await expect(balanced).toContainText('Balanced, default')
  await expect(balanced).toContainText(/75\.9% ?top-1 accuracy ?Published, on ImageNet’s 50,000 validation photos/)
  await expect(balanced).toContainText(/Measured here: 83\.2% \(80\.2 to 85\.9%, 95% CI\) of 650/)
  await expect(balanced).toContainText('calibrated')
  // The chart may have measured it already.
  await balanced.getByRole('button', { name: /^(Measure|Repeat)$/ }).click()
  await expect(balanced).toContainText(/[\d.]+ ms inference, [\d.]+ ms with decoding/, { timeout: 45_000 })
  await balanced.getByText('Source and limitations').click()
  await expect(balanced).toContainText('ImageNet over-represents')
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
  expect(scrollWidth).toBe(clientWidth)
})

test('plots the accuracy of all models against the time that is measured on this server @extended', async ({
  page,
}) => {
  const rows = page.getByRole('table', { name: 'Accuracy and speed' }).getByRole('row')
  for (const [i, name] of ['Fast', 'Balanced', 'Accurate'].entries()) {
    await expect(rows.nth(i + 1)).toHaveText(new RegExp(`^${name}7\\d\\.\\d%[\\d.]+$`))
  }
})

test('browses the labels of the default model by group, and shows more of them', async ({ page }) => {
  const list = page.getByRole('list').filter({ hasText: 'n01440764' })
  await expect(page.getByText('1,000 labels', { exact: true })).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Model' }).locator('option:checked')).toHaveText(/^Balanced/)
  await expect(list.getByRole('listitem')).toHaveCount(24)
  await page.getByRole('button', { name: 'Show 24 more' }).click()
  await expect(list.getByRole('listitem')).toHaveCount(48)
  await page.getByRole('combobox', { name: 'Group' }).selectOption('cats')
  await expect(page.getByText('13 labels match')).toBeVisible()
  await expect(page.getByText('snow leopard', { exact: true })).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search labels' }).fill('parrot')
  await expect(page.getByText('No labels in this group match “parrot”.')).toBeVisible()
  await page.getByRole('combobox', { name: 'Group' }).selectOption('')
  await expect(page.getByText('macaw', { exact: true })).toBeVisible()
})

test('finds labels by synonyms and Latin names, explains misleading ones, and reports missing ones', async ({
  page,
}) => {
  const search = page.getByRole('searchbox', { name: 'Search labels' })
  await expect(page.getByText('1,000 labels', { exact: true })).toBeVisible()
  await search.fill('lemur catta')
  await expect(page.getByText('Madagascar cat')).toBeVisible()
  await expect(page.getByText("It isn't a cat")).toBeVisible()
  await search.fill('crane')
  await expect(page.getByText('The machine is a separate label.')).toBeVisible()
  await expectAccessible(page)
  await search.fill('unicorn')
  await expect(page.getByText('No labels match “unicorn”')).toBeVisible()
})

test('copies a command', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy npx vision models pull owner/name' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npx vision models pull owner/name')
})
