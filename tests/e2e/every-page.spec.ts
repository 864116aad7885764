import { gzipSync } from 'node:zlib'
import { expect, type Page, test } from '@playwright/test'
import { failOnPageErrors } from './browser-page'
import { ABOUT_A_PHOTO, banner, MAIN, menu, menuButton, PAGES } from './navigate'

/**
 * Budgets: bytes of JavaScript, gzip, that a page loads before the visitor does anything. Lower them when a page gets
 * smaller.
 */
const MAX_SCRIPT_BYTES = new Map([
  ['/', 192_000],
  ['/batch', 222_000],
  ['/compare', 187_000],
  ['/train', 183_000],
  ['/gallery', 162_000],
  ['/history', 175_000],
  ['/models', 170_000],
  // With Swagger UI, which a desktop shows at once: 430 KB.
  ['/api-docs', 593_000],
  ['/about', 158_000],
  ['/result#nothing', 188_000],
])
const PATHS = [...MAX_SCRIPT_BYTES.keys(), '/nowhere']
/** Layout shift (CLS) of a whole visit. */
const MAX_LAYOUT_SHIFT = 0.02

test.beforeEach(async ({ page }) => {
  failOnPageErrors(page)
  await page.addInitScript(() => {
    const shifts: number[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) shifts.push(entry.value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
})

/** Opens a page as a first visit would and returns the scripts that it loads. */
async function open(page: Page, path: string): Promise<Buffer[]> {
  // What the page before still loads doesn't count.
  await page.goto('about:blank')
  const scripts: Promise<Buffer>[] = []
  const collect = (reply: { request(): { resourceType(): string }; body(): Promise<Buffer> }) => {
    if (reply.request().resourceType() === 'script') scripts.push(reply.body())
  }
  page.on('response', collect)
  await page.goto(path, { waitUntil: 'networkidle' })
  page.off('response', collect)
  return Promise.all(scripts)
}

async function hasNoLayoutShift(page: Page): Promise<void> {
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
  expect(shifts.reduce((sum, value) => sum + value, 0)).toBeLessThan(MAX_LAYOUT_SHIFT)
}

async function endsWithFooter(page: Page): Promise<void> {
  const footer = page.getByRole('contentinfo')
  await expect(footer.getByRole('link')).toHaveText(['API documentation', 'License', 'Privacy'])
  await expect(footer).toContainText(/Version \d+\.\d+\.\d+/)
}

/** Text and distances follow the browser's font size; on a phone, nothing gets wider than the screen. */
async function scales(page: Page, isMobile: boolean): Promise<void> {
  const title = page.getByRole('heading', { level: 1 })
  const size = () => title.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
  const before = await size()
  const overflow = await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
    return document.documentElement.scrollWidth - innerWidth
  })
  expect(await size()).toBeCloseTo(2 * before, 0)
  // With a larger font the wide layout would not be chosen: its breakpoints follow the browser's setting.
  if (isMobile) expect(overflow).toBeLessThanOrEqual(0)
}

test('on a desktop: scripts within their budget, the same header, a footer, no layout shift, text that scales', async ({
  page,
}) => {
  test.setTimeout(180_000)
  // Each page loads its scripts as if it were the first one.
  const session = await page.context().newCDPSession(page)
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  for (const path of PATHS) {
    await test.step(path, async () => {
      const scripts = await open(page, path)
      expect(scripts.length).toBeGreaterThan(3)
      const bytes = scripts.reduce((sum, body) => sum + gzipSync(body).length, 0)
      test.info().annotations.push({ type: 'bytes', description: `${path} ${bytes}` })
      expect(bytes).toBeLessThanOrEqual(MAX_SCRIPT_BYTES.get(path) ?? Number.POSITIVE_INFINITY)
      expect(scripts.some((body) => body.includes('recharts'))).toBe(false)
      await expect(banner(page).getByRole('navigation').getByRole('link')).toHaveText([...MAIN, ...ABOUT_A_PHOTO])
      await expect(menuButton(page)).toBeHidden()
      if (path === '/nowhere') await expect(page).toHaveTitle('Page not found · Vision')
      await endsWithFooter(page)
      await hasNoLayoutShift(page)
      await scales(page, false)
    })
  }
})

test('on a phone: a menu with all pages, a footer, no layout shift, text that scales @phone-only @extended', async ({
  page,
}) => {
  test.setTimeout(180_000)
  for (const path of PATHS) {
    await test.step(path, async () => {
      await open(page, path)
      await expect(banner(page).getByRole('navigation')).toBeHidden()
      await hasNoLayoutShift(page)
      await menuButton(page).click()
      await expect(menu(page).getByRole('link')).toHaveText(PAGES.map(({ name }) => name))
      for (const link of await menu(page).getByRole('link').all()) await expect(link).toBeInViewport({ ratio: 1 })
      await page.keyboard.press('Escape')
      await endsWithFooter(page)
      await scales(page, true)
    })
  }
})

test('browsers may keep every page in the back/forward cache: none is sent with no-store', async ({ request }) => {
  for (const { path } of PAGES) {
    const reply = await request.get(path)
    expect([path, reply.headers()['cache-control']]).toEqual([path, 'private, no-cache'])
  }
})
