import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const choose = (page: Page, ...names: string[]) =>
  page.locator('input[type=file][multiple]').setInputFiles(names.map((name) => `public/gallery/${name}`))
const card = (page: Page, model: string) => page.getByRole('radio', { name: new RegExp(`^${model}`) })
const scores = (page: Page) => page.getByRole('table', { name: 'Scores' })

test('from an answer to three models side by side, by keyboard from one to the next; back and reload keep it @phone', async ({
  page,
}) => {
  await page.goto('/')
  await choose(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('link', { name: 'Compare models' }).click()
  await expect(page.getByText('All 3 models agree')).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  for (const model of ['Fast', 'Balanced', 'Accurate']) await expect(card(page, model)).toBeVisible()
  await expect(scores(page).getByRole('columnheader')).toHaveText(['Label', 'Fast', 'Balanced', 'Accurate'])
  await expect(scores(page).getByRole('rowheader').first()).toHaveText('koala')

  await card(page, 'Balanced').focus()
  await page.keyboard.press('ArrowRight')
  await expect(card(page, 'Accurate')).toBeChecked()
  await page.getByRole('checkbox', { name: 'Fast' }).uncheck()
  await expect(page.getByText('Both models agree')).toBeVisible()
  await expect(page).toHaveURL(/\/compare\?models=balanced,accurate#photo-1$/)
  // Two at least.
  await expect(page.getByRole('checkbox', { name: 'Balanced' })).toBeDisabled()
  await page.reload()
  await expect(page.getByText('Both models agree')).toBeVisible()
  await expect(card(page, 'Accurate')).toBeChecked()
  await page.goBack()
  await expect(page.getByRole('button', { name: /Accurate model/ })).toBeVisible()
})

test('where the models part it is said first, and the one that differs is marked @phone', async ({ page }) => {
  await page.goto('/compare')
  await expect(heading(page, 'Compare models')).toBeVisible()
  await choose(page, 'astronaut.png')
  await expect(page.getByText(/different labels/)).toBeVisible()
  await expect(page.getByText('Differs', { exact: true }).first()).toBeVisible()
  // A model that is busy or broken says so, and the others stay.
  await page.route('**/api/classify?model=fast*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 503, code: 'not_ready', title: 'The server is not ready', detail: 'x' }),
    }),
  )
  await choose(page, 'espresso.png')
  await expect(card(page, 'Fast').or(page.getByText('The server is not ready')).last()).toBeVisible()
  await expect(page.getByText('The server is not ready')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('All 3 models agree')).toBeVisible()
  await expect(heading(page, 'espresso')).toBeVisible()
})

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing in ${theme}, nothing is wider than the screen${theme === 'dark' ? ' @phone' : ''}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: theme })
    await page.goto('/compare')
    await choose(page, 'astronaut.png')
    await expect(page.getByText(/different labels/)).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    const { width, inner } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      inner: innerWidth,
    }))
    expect(width).toBeLessThanOrEqual(inner)
  })
}
