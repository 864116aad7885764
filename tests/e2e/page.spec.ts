import { gzipSync } from 'node:zlib'
import { expect, type Page, test } from '@playwright/test'
import { navigate } from './navigate'

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const choose = (page: Page, ...names: string[]) =>
  page.locator('input[type=file][multiple]').setInputFiles(names.map((name) => `public/gallery/${name}`))

/** Bytes of JavaScript, gzip, that a page may load before a visitor does anything. Lower them when a page gets smaller. */
const MOST_SCRIPT = {
  '/': 195_000,
  '/batch': 235_000,
  '/compare': 206_000,
  '/gallery': 178_000,
  '/history': 174_000,
  '/models': 170_000,
  '/api-docs': 172_000,
  '/result#nothing': 190_000,
}
/** Layout shift (CLS) of a whole visit. */
const MOST_SHIFT = 0.02

for (const [path, most] of Object.entries(MOST_SCRIPT)) {
  test(`${path} loads at most ${most / 1000} KB of JavaScript, and no chart`, async ({ page }) => {
    const scripts: Promise<Buffer>[] = []
    page.on('response', (reply) => {
      if (reply.request().resourceType() === 'script') scripts.push(reply.body())
    })
    await page.goto(path, { waitUntil: 'networkidle' })
    const bodies = await Promise.all(scripts)
    expect(bodies.length).toBeGreaterThan(3)
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)
    test.info().annotations.push({ type: 'bytes', description: String(bytes) })
    expect(bytes).toBeLessThanOrEqual(most)
    expect(bodies.some((body) => body.includes('recharts'))).toBe(false)
  })
}

test('nothing jumps: not while loading, not when answers come @phone', async ({ page }) => {
  await page.addInitScript(() => {
    const shifts: unknown[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) shifts.push([entry.value, location.href])
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const shift = async () => {
    const shifts = await page.evaluate(() => (window as unknown as { shifts: [number, string][] }).shifts)
    return { sum: shifts.reduce((sum, [value]) => sum + value, 0), shifts }
  }
  for (const path of ['/gallery', '/batch', '/models', '/history', '/compare', '/api-docs', '/']) {
    await page.goto(path, { waitUntil: 'networkidle' })
    const { sum, shifts } = await shift()
    expect(sum, JSON.stringify([path, shifts])).toBeLessThan(MOST_SHIFT)
  }
  // The answer waits until the shape of it has been painted with all that belongs to it.
  let release = () => {}
  const painted = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/classify*', async (route) => {
    await painted
    await route.continue()
  })
  await choose(page, 'koala.webp', 'espresso.png')
  await expect(page.getByRole('progressbar', { name: 'Upload' })).toBeVisible()
  await expect(page.getByRole('button', { name: /Balanced model/ })).toBeVisible()
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  release()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByRole('table', { name: 'Scores' })).toBeVisible()
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Download' })).toBeVisible()
  const { sum, shifts } = await shift()
  expect(sum, JSON.stringify(shifts)).toBeLessThan(MOST_SHIFT)
})

test('the first Tab skips to the content, then the focus goes through the page in reading order', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  expect(new URL(page.url()).hash).toBe('')
  const names: string[] = []
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('Tab')
    names.push(
      await page.evaluate(() => document.activeElement?.getAttribute('type') ?? document.activeElement?.nodeName ?? ''),
    )
  }
  await expect(page.getByRole('button', { name: /A cup of espresso/ })).toBeFocused()
  expect(names).toEqual(['button', 'button', 'url', 'submit', 'button'])
})

test('the back button goes through what was looked at, and a visit to another page loses nothing @phone', async ({
  page,
}) => {
  await page.goto('/')
  await choose(page, 'koala.webp', 'espresso.png')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.goBack()
  await expect(heading(page, 'koala')).toBeVisible()
  await page.goBack()
  await expect(heading(page, 'What is in the photo?')).toBeVisible()
  await expect(page.getByText('Your 2 photos are still here.')).toBeVisible()
  await page.goForward()
  await expect(heading(page, 'koala')).toBeVisible()
  await navigate(page, 'Gallery')
  await page
    .getByRole('link', { name: /goldfish/ })
    .first()
    .click()
  await expect(heading(page, 'goldfish')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: /webp|png/ })).toHaveCount(3)
  await page.getByRole('link', { name: 'Vision' }).click()
  await expect(heading(page, 'What is in the photo?')).toBeVisible()
  await page.getByRole('button', { name: 'koala.webp' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  // A photo that is gone has no address any more.
  await page.getByRole('button', { name: 'Remove koala.webp' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
})

test('a reload keeps the photos, their answers and the model; another tab has its own @phone', async ({
  page,
  context,
}) => {
  await page.goto('/')
  await choose(page, 'koala.webp', 'espresso.png')
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await page.getByText('Fast', { exact: true }).click()
  await expect(page.getByRole('button', { name: /Fast model/ })).toBeVisible()
  await expect(heading(page, 'espresso')).toBeVisible()
  let asked = 0
  page.on('request', (request) => request.url().includes('/api/classify') && asked++)
  await page.reload()
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(page.getByRole('button', { name: /Fast model/ })).toBeVisible()
  await page.getByRole('button', { name: 'koala.webp' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  // Only the koala had no answer of this model; what was answered is not asked again.
  expect(asked).toBe(1)
  await page.goBack()
  await expect(heading(page, 'espresso')).toBeVisible()

  const other = await context.newPage()
  await other.goto('/')
  await expect(heading(other, 'What is in the photo?')).toBeVisible()
  await choose(other, 'goldfish.webp')
  await expect(heading(other, 'goldfish')).toBeVisible()
  await page.reload()
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: /webp|png/ })).toHaveCount(2)
  // What is taken away does not come back.
  await page.getByRole('button', { name: 'Remove espresso.png' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: /webp|png/ })).toHaveCount(1)
  await other.reload()
  await expect(heading(other, 'goldfish')).toBeVisible()
})
