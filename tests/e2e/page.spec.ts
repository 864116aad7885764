import { expect, test } from '@playwright/test'
import { choosePhotos, heading } from './browser-page'
import { navigate } from './navigate'

/** Layout shift (CLS) of a whole visit. */
const MAX_LAYOUT_SHIFT = 0.02

test('has no layout shift when results arrive @phone', async ({ page }) => {
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
  await page.goto('/', { waitUntil: 'networkidle' })
  // The response is held back until the complete skeleton has been painted.
  let release = () => {}
  const painted = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/classify*', async (route) => {
    await painted
    await route.continue()
  })
  await choosePhotos(page, 'koala.webp', 'espresso.png')
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
  expect(sum, JSON.stringify(shifts)).toBeLessThan(MAX_LAYOUT_SHIFT)
})

test('shows an answer with all its parts at once', async ({ page }) => {
  // From the start: a page that is open for a while has loaded the code of an answer before there is a photo.
  const scripts = { started: 0, finished: 0 }
  const isScript = (request: { resourceType(): string }) => request.resourceType() === 'script'
  page.on('request', (request) => isScript(request) && scripts.started++)
  page.on('requestfinished', (request) => isScript(request) && scripts.finished++)
  await page.goto('/')
  let release = () => {}
  const uploaded = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/classify*', async (route) => {
    await uploaded
    await route.continue()
  })
  await choosePhotos(page, 'koala.webp')
  await expect(page.getByRole('progressbar', { name: 'Upload' })).toBeVisible()
  await expect.poll(() => scripts.started === scripts.finished).toBe(true)
  // What is there in the frame in which the label is.
  const parts = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const region = document.querySelector('main section') as HTMLElement
        const check = () => {
          if (region.querySelector('h1')?.textContent === 'koala') resolve(region.textContent ?? '')
          else requestAnimationFrame(check)
        }
        check()
      }),
  )
  release()
  for (const part of ['Balanced model', 'fox squirrel', 'What the model saw', 'Why this label?', 'Copy', 'Download']) {
    expect(await parts).toContain(part)
  }
})

test('an answer fits at twice the font size @phone', async ({ page }) => {
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  await page.goto('/')
  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%'
  })
  await choosePhotos(page, 'scarlet-macaw.webp')
  await expect(heading(page, 'macaw')).toBeVisible()
  // The label of a thumbnail and its score are below each other.
  const [label, score] = [
    page.locator('[data-photo] > [aria-hidden] > :nth-child(1)'),
    page.locator('[data-photo] .figures'),
  ]
  const [above, below] = [await label.boundingBox(), await score.boundingBox()]
  expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual((below?.y ?? 0) + 1)
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await expect(page.getByRole('slider', { name: 'Labels' })).toBeVisible()
  // With a larger font the wide layout would not be chosen: its breakpoints follow the browser's setting.
  if (test.info().project.name === 'phone') expect(await overflow()).toBeLessThanOrEqual(0)
})

test('offers a skip link first, then moves the focus in reading order', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  expect(new URL(page.url()).hash).toBe('')
  const names: string[] = []
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab')
    names.push(
      await page.evaluate(() => document.activeElement?.getAttribute('type') ?? document.activeElement?.nodeName ?? ''),
    )
  }
  await expect(page.getByRole('button', { name: 'Classify a cup of espresso' })).toBeFocused()
  expect(names).toEqual(['button', 'button', 'button', 'text', 'submit', 'button'])
})

test('steps through earlier views with the back button, and keeps photos across pages', async ({ page }) => {
  await page.goto('/')
  await choosePhotos(page, 'koala.webp', 'espresso.png')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.goBack()
  await expect(heading(page, 'koala')).toBeVisible()
  await page.goBack()
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  await expect(page.getByText('Your 2 photos are still here:')).toBeVisible()
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
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  await page.getByRole('button', { name: 'koala.webp' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  // A removed photo has no URL anymore.
  await page.getByRole('button', { name: 'Remove koala.webp' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
})

test('keeps photos, results and the model after a reload; each tab has its own', async ({ page, context }) => {
  await page.goto('/')
  await choosePhotos(page, 'koala.webp', 'espresso.png')
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await page.getByText('Fast', { exact: true }).click()
  await expect(page.getByRole('button', { name: /Fast model/ })).toBeVisible()
  await expect(heading(page, 'espresso')).toBeVisible()
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/classify') && requests++)
  await page.reload()
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(page.getByRole('button', { name: /Fast model/ })).toBeVisible()
  await page.getByRole('button', { name: 'koala.webp' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  // Only the koala had no result by this model; existing results are not requested again.
  expect(requests).toBe(1)
  await page.goBack()
  await expect(heading(page, 'espresso')).toBeVisible()

  const other = await context.newPage()
  await other.goto('/')
  await expect(heading(other, 'Classify a photo')).toBeVisible()
  await choosePhotos(other, 'goldfish.webp')
  await expect(heading(other, 'goldfish')).toBeVisible()
  await page.reload()
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: /webp|png/ })).toHaveCount(2)
  // A removed photo stays removed.
  await page.getByRole('button', { name: 'Remove espresso.png' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: /webp|png/ })).toHaveCount(1)
  await other.reload()
  await expect(heading(other, 'goldfish')).toBeVisible()
})
