import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { navigate } from './navigate'

test.beforeEach(async ({ page }) => {
  page.on('console', (message) => {
    if (/Content Security Policy|hydrat/i.test(message.text())) throw new Error(message.text())
  })
  page.on('pageerror', (error) => {
    throw error
  })
  await page.goto('/')
  await navigate(page, 'Models')
  await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible()
})

test('the models side by side, with figures, speed on this machine and where they come from @phone', async ({
  page,
}) => {
  await expect(page.getByRole('article')).toHaveCount(3)
  const balanced = page.getByRole('article').filter({ hasText: 'EfficientNet-Lite1' })
  await expect(balanced).toContainText('balanced, default')
  await expect(balanced).toContainText(/\d\d\.\d % ?right at the first label/)
  await expect(balanced).toContainText('calibrated')
  await balanced.getByRole('button', { name: 'Measure' }).click()
  await expect(balanced).toContainText(/\d+\.\d ms run, \d+\.\d ms with decoding/)
  await balanced.getByText('Source and limits').click()
  await expect(balanced).toContainText('ImageNet over-represents')
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
  expect(scrollWidth).toBe(clientWidth)
})

test('labels are found by synonyms and Latin names, their oddities are explained, and what is none is said @phone', async ({
  page,
}) => {
  const search = page.getByRole('searchbox', { name: 'Search labels' })
  await expect(page.getByText('1,000 labels; the first 24 are shown.')).toBeVisible()
  await search.fill('lemur catta')
  await expect(page.getByText('Madagascar cat')).toBeVisible()
  await expect(page.getByText('it is not a cat')).toBeVisible()
  await search.fill('crane')
  await expect(page.getByText("ImageNet's other crane is the machine.")).toBeVisible()
  await search.fill('unicorn')
  await expect(page.getByText('this model cannot answer “unicorn”')).toBeVisible()
})

test('a command is copied by its button', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy npx vision models pull owner/name' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npx vision models pull owner/name')
})

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in ${scheme}${scheme === 'dark' ? ' @phone' : ''}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await page.reload()
    await page.getByRole('searchbox', { name: 'Search labels' }).fill('crane')
    await expect(page.getByText("ImageNet's other crane is the machine.")).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  })
}
