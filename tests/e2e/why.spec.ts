import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const choose = (page: Page, ...names: string[]) =>
  page.locator('input[type=file][multiple]').setInputFiles(names.map((name) => `public/gallery/${name}`))
const map = (page: Page) => page.getByTestId('heat')
const title = (page: Page) => page.getByRole('button', { name: 'Why this label?' })

/** Mean opacity of the map's left and right half where it is warm: what counts. */
function warmth(page: Page): Promise<[left: number, right: number]> {
  return map(page).evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas
    const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, width, height)
    const sums: [number, number] = [0, 0]
    for (let i = 0; i < data.length; i += 4) {
      const warm = (data[i] ?? 0) > 200 ? (data[i + 3] ?? 0) : 0
      sums[(i / 4) % width < width / 2 ? 0 : 1] += warm
    }
    return sums
  })
}

test('a map of what speaks for a label, over the photo; another label, its strength, closed and opened @phone', async ({
  page,
}) => {
  await page.goto('/')
  await choose(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await title(page).click()
  await expect(page.getByText(/support koala, mostly at the top/)).toBeVisible()
  await expect(page.getByText(/model runs/)).toBeVisible()
  const [photo, box] = [
    await page.getByRole('img', { name: 'koala.webp' }).boundingBox(),
    await map(page).boundingBox(),
  ]
  // The square that the model saw lies within the photo.
  expect(box?.width).toBeCloseTo(box?.height ?? 0, 0)
  expect(box?.y).toBeGreaterThanOrEqual(photo?.y ?? 0)
  const [left, right] = await warmth(page)
  expect(left + right).toBeGreaterThan(0)

  const strength = page.getByRole('slider', { name: 'Heatmap' })
  await strength.focus()
  await page.keyboard.press('Home')
  await expect(strength).toHaveAttribute('aria-valuetext', '0%')
  await expect(map(page).locator('..')).toHaveCSS('opacity', '0')

  await page.getByRole('combobox', { name: 'Label' }).selectOption('indri')
  await expect(page.getByText(/support indri/)).toBeVisible()
  await title(page).click()
  await expect(map(page)).toHaveCount(0)
  let asked = 0
  page.on('request', (request) => request.url().includes('/api/explain') && asked++)
  await title(page).click()
  await expect(map(page)).toBeVisible()
  // What was found once is not asked again.
  expect(asked).toBe(0)
  await choose(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(page.getByText(/support espresso/)).toBeVisible()
})

test('cancelled, tried again, and what the server refuses is said', async ({ page }) => {
  // The server's answer is held back until the test lets it go.
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/explain?*', async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/')
  await choose(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await title(page).click()
  await expect(page.getByRole('progressbar', { name: 'Explanation progress' })).toBeVisible()
  const cancelled = page.waitForEvent('requestfailed')
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect((await cancelled).url()).toContain('/api/explain')
  await expect(page.getByText('Explanation canceled.')).toBeVisible()
  release()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText(/support koala/)).toBeVisible()

  await page.unrouteAll({ behavior: 'wait' })
  await page.route('**/api/explain?*', (route) =>
    route.fulfill({
      status: 429,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        status: 429,
        code: 'queue_full',
        title: 'The queue is full',
        detail: 'Too many at once.',
      }),
    }),
  )
  await page.getByRole('combobox', { name: 'Label' }).selectOption('wombat')
  await expect(page.getByText('Too many at once.')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText(/support wombat/)).toBeVisible()
})

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing in ${theme}, nothing is wider than the screen${theme === 'dark' ? ' @phone' : ''}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: theme })
    await page.goto('/')
    await choose(page, 'koala.webp')
    await title(page).click()
    await expect(map(page)).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    const { width, inner } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      inner: innerWidth,
    }))
    expect(width).toBeLessThanOrEqual(inner)
  })
}
