import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { failOnPageErrors } from './browser-page'
import { navigate } from './navigate'

test.beforeEach(async ({ page }) => {
  failOnPageErrors(page)
  await page.goto('/')
  await navigate(page, 'Models')
  await expect(page.getByRole('heading', { level: 1, name: 'Explore models' })).toBeVisible()
})

test('shows the models with their accuracy, speed and source @phone', async ({ page }) => {
  await expect(page.getByRole('article')).toHaveCount(3)
  const balanced = page.getByRole('article').filter({ hasText: 'EfficientNet-Lite1' })
  await expect(balanced).toContainText('balanced, default')
  await expect(balanced).toContainText(/\d\d\.\d% ?top-1 accuracy/)
  await expect(balanced).toContainText('calibrated')
  await balanced.getByRole('button', { name: 'Measure' }).click()
  await expect(balanced).toContainText(/\d+\.\d ms inference, \d+\.\d ms with decoding/)
  await balanced.getByText('Source and limitations').click()
  await expect(balanced).toContainText('ImageNet over-represents')
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
  expect(scrollWidth).toBe(clientWidth)
})

test('finds labels by synonyms and Latin names, explains misleading ones, and reports missing ones', async ({
  page,
}) => {
  const search = page.getByRole('searchbox', { name: 'Search labels' })
  await expect(page.getByText('1,000 labels, showing the first 24')).toBeVisible()
  await search.fill('lemur catta')
  await expect(page.getByText('Madagascar cat')).toBeVisible()
  await expect(page.getByText("It isn't a cat")).toBeVisible()
  await search.fill('crane')
  await expect(page.getByText('The machine is a separate label.')).toBeVisible()
  await search.fill('unicorn')
  await expect(page.getByText('No labels match “unicorn”')).toBeVisible()
})

test('copies a command', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy npx vision models pull owner/name' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npx vision models pull owner/name')
})

for (const scheme of ['light', 'dark'] as const) {
  test(`has no accessibility violations in ${scheme}${scheme === 'dark' ? ' @phone-only' : ''}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await page.reload()
    await page.getByRole('searchbox', { name: 'Search labels' }).fill('crane')
    await expect(page.getByText('The machine is a separate label.')).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  })
}
