import { expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { choosePhotos, heading } from './browser-page'

const heatmap = (page: Page) => page.getByTestId('heat')
const toggle = (page: Page) => page.getByRole('button', { name: 'Why this label?' })

/** An explanation takes hundreds of runs, so a slow machine needs a while. */
const EXPLAINED = { timeout: 90_000 }
test.describe.configure({ timeout: 240_000 })

/** Chooses photos and the fast model: an explanation takes hundreds of runs. */
async function chooseForFast(page: Page, ...photos: string[]): Promise<void> {
  await page.goto('/')
  await choosePhotos(page, ...photos)
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await page.getByText('Fast', { exact: true }).click()
  await page.getByRole('button', { name: /Fast model/ }).click()
}

/** Total opacity of the heatmap's warm, important pixels in the left and right half. */
function warmPixels(page: Page): Promise<[left: number, right: number]> {
  return heatmap(page).evaluate((canvas: HTMLCanvasElement) => {
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

test('shows a heatmap over the photo, for another label, with adjustable opacity, after reopening', async ({
  page,
}) => {
  await chooseForFast(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await toggle(page).click()
  await expect(page.getByText(/support koala, mostly in the middle/)).toBeVisible(EXPLAINED)
  await expect(page.getByText(/model runs/)).toBeVisible(EXPLAINED)
  const [photo, box] = [
    await page.getByRole('img', { name: 'koala.webp' }).boundingBox(),
    await heatmap(page).boundingBox(),
  ]
  // The model's square crop lies within the photo, and has a frame.
  const frame = await page.getByTestId('input-frame').boundingBox()
  expect(frame?.width).toBeCloseTo(box?.width ?? 0, 0)
  expect(frame?.x).toBeCloseTo(box?.x ?? 0, 0)
  expect(box?.width).toBeCloseTo(box?.height ?? 0, 0)
  expect(box?.y).toBeGreaterThanOrEqual(photo?.y ?? 0)
  const [left, right] = await warmPixels(page)
  expect(left + right).toBeGreaterThan(0)
  await expectAccessible(page)

  const strength = page.getByRole('slider', { name: 'Heatmap' })
  await strength.focus()
  await page.keyboard.press('Home')
  await expect(strength).toHaveAttribute('aria-valuetext', '0%')
  await expect(heatmap(page).locator('..')).toHaveCSS('opacity', '0')

  await page.getByRole('combobox', { name: 'Label' }).selectOption('indri')
  await expect(page.getByText(/support indri/)).toBeVisible(EXPLAINED)
  await toggle(page).click()
  await expect(heatmap(page)).toHaveCount(0)
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/explain') && requests++)
  await toggle(page).click()
  await expect(heatmap(page)).toBeVisible()
  // Explanations are cached.
  expect(requests).toBe(0)
  await choosePhotos(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(page.getByText(/support espresso/)).toBeVisible(EXPLAINED)
})

test('explains only the photo that stands still @extended', async ({ page }) => {
  const files = ['koala.webp', 'espresso.png', 'goldfish.webp', 'polar-bear.webp']
  await chooseForFast(page, ...files)
  await expect(heading(page, 'koala')).toBeVisible()
  await toggle(page).click()
  await expect(page.getByText(/support koala/)).toBeVisible()
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/explain') && requests++)
  for (const file of files.slice(1)) await page.getByRole('button', { name: new RegExp(`^${file}`) }).click()
  await expect(page.getByText(/support ice bear/)).toBeVisible()
  expect(requests).toBe(1)
})

test('keeps the photo in view while its heatmap is adjusted @phone-only @extended', async ({ page }) => {
  await page.goto('/')
  await choosePhotos(page, 'scarlet-macaw.webp')
  await toggle(page).click()
  // A head at the top left, a wing, and the feet: not the middle between them.
  await expect(page.getByText(/support macaw, mostly .*at the top left/)).toBeVisible(EXPLAINED)
  await page.getByRole('slider', { name: 'Heatmap' }).press('Home')
  // The input itself is invisible: its label and value are beside the thumb.
  await expect(page.getByText('Heatmap', { exact: true })).toBeInViewport({ ratio: 1 })
  await expect(page.getByRole('img', { name: 'scarlet-macaw.webp' })).toBeInViewport({ ratio: 1 })
})

test('cancels and retries an explanation, and shows why the server refuses one @extended', async ({ page }) => {
  // The response is held back until the test releases it.
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/explain?*', async (route) => {
    await held
    await route.continue()
  })
  await chooseForFast(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await toggle(page).click()
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
  await expect(page.getByText('Try again in a moment.')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText(/support wombat/)).toBeVisible()
})
