import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { violations } from './axe'
import { choosePhotos, failOnPageErrors, heading, photoInput, waitForHydration } from './browser-page'
import { navigate } from './navigate'

const PAGES = [
  '/',
  '/gallery',
  '/batch',
  '/compare',
  '/train',
  '/models',
  '/api-docs',
  '/about',
  '/history',
  '/result#nothing',
  '/nowhere',
]

async function setLocale(context: BrowserContext, baseURL: string | undefined, locale: string): Promise<void> {
  await context.addCookies([{ name: 'locale', value: locale, url: baseURL ?? '' }])
}

test.beforeEach(({ page }) => failOnPageErrors(page))

/** Texts and accessible names that are not from the message files: they lack the brackets of the pseudo-locale. */
function untranslated(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const shown = (element: Element) => element.checkVisibility({ visibilityProperty: true })
    const foreign = (element: Element) =>
      element.closest('[lang="en"], [lang="de"], [translate="no"], code, script, style') !== null
    const plain = (text: string | null) => text !== null && /\p{L}{2}/u.test(text) && !text.includes('⟦')
    const found: string[] = []
    // A message with markup is split into several text nodes.
    const within = ({ parentElement: up, textContent }: Element) =>
      [textContent, up?.textContent].some((text) => text?.includes('⟦'))
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement as Element
      if (plain(node.textContent) && !within(parent) && shown(parent) && !foreign(parent)) {
        found.push(node.textContent ?? '')
      }
    }
    const named = ['aria-label', 'alt', 'placeholder', 'title'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)]
        .filter((element) => plain(element.getAttribute(name)) && !foreign(element))
        .map((element) => `${name}: ${element.getAttribute(name)}`),
    )
    return [...found, ...named]
  })
}

test('translates every text of every page, and fits texts a third longer than English @phone-extended', async ({
  page,
  context,
  baseURL,
}) => {
  await setLocale(context, baseURL, 'en-XA')
  for (const path of PAGES) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toContainText('⟦')
    expect([path, ...(await untranslated(page))]).toEqual([path])
    expect([
      path,
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ]).toEqual([path, 0])
  }
  await page.goto('/')
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: /Báláñçéd/ }).click()
  await page.getByRole('button', { name: /Whát thé módél šáw/ }).click()
  await expect(page.getByRole('img', { name: /Thé párt óf thé phótó/ })).toBeVisible()
  await page.getByRole('button', { name: /Thémé áñd/ }).click()
  await expect(page.getByRole('radio', { name: /Dárk/ })).toBeVisible()
  expect(await untranslated(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})

test('translates every text of a batch, its failures, evaluation and panels @extended', async ({
  page,
  context,
  baseURL,
}) => {
  await setLocale(context, baseURL, 'en-XA')
  await page.goto('/batch')
  await waitForHydration(page)
  const photos = ['koala.webp', 'cat.png', 'astronaut.png'].map((name) => `public/gallery/${name}`)
  await page.locator('input[data-picks=files]').setInputFiles([...photos, 'Dockerfile', 'NOTICE'])
  const labels = {
    name: 'l.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('file,label\nkoala.webp,koala\ncat.png,koala\n,x\n'),
  }
  await page.locator('input[data-picks=labels]').setInputFiles(labels)
  await expect(page.getByRole('heading', { level: 3 })).toHaveCount(4)
  expect(await untranslated(page)).toEqual([])
  await page.getByRole('button', { name: /Éxpórt/ }).click()
  await expect(page.getByRole('checkbox')).not.toHaveCount(0)
  expect(await untranslated(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /Dockerfile/ }).click()
  await expect(page.getByRole('dialog').getByRole('heading', { level: 2 })).toHaveCount(2)
  expect(await untranslated(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /áñóthér módél/ }).click()
  await page.getByRole('menuitem').first().click()
  await expect(page.getByRole('heading', { level: 2, name: /Çómpáréd/ })).toBeVisible()
  expect(await untranslated(page)).toEqual([])
  await page.getByRole('button', { name: /Ñéw bátçh/ }).click()
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(2)
  expect(await untranslated(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})

test('translates every text of training @extended', async ({ page, context, baseURL }) => {
  await setLocale(context, baseURL, 'en-XA')
  await page.goto('/train')
  await waitForHydration(page)
  await page.getByRole('button', { name: /šámplé phótóš/ }).click()
  await expect(page.getByTestId('accuracy')).toBeVisible()
  const input = page.getByRole('region', { name: /Trý ít/ }).locator('input[type=file]')
  await input.setInputFiles('public/gallery/retina.jpg')
  await expect(page.getByTestId('tried-label')).toBeVisible()
  for (const name of [/Bášé módél/, /Hów thíš íš méášúréd/]) await page.getByRole('button', { name }).click()
  expect(await untranslated(page)).toEqual([])
  await page.locator('[data-train-label] button[title]').last().click()
  await expect(page.getByRole('dialog').getByRole('checkbox')).not.toHaveCount(0)
  expect(await untranslated(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})

test('uses German if the browser prefers it, with a decimal comma and untranslated labels', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'de-AT' })
  const page = await context.newPage()
  await page.goto('/')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await expect(page).toHaveTitle('Foto klassifizieren · Vision')
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Ergebnis' })).toContainText(/Nahezu sicher.*koala.*\d\d,\d%/)
  await photoInput(page).setInputFiles([{ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('not a photo') }])
  await expect(heading(page, 'Kein Bild')).toBeVisible()
  await page.goto('/history')
  await expect(page.getByText('nicht auf dem Server')).toBeVisible()
  await context.close()
})

test('switches the language without losing a photo, and remembers it', async ({ page }) => {
  await page.goto('/')
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: 'Theme and language' }).click()
  await page.getByRole('radio', { name: 'Deutsch' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await page.keyboard.press('Escape')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('Nahezu sicher', { exact: true })).toBeVisible()
  // Next.js sends the title after the page.
  await expect(page).toHaveTitle('Foto klassifizieren · Vision')
  expect(await violations(page)).toEqual([])
  await navigate(page, 'Galerie')
  await expect(heading(page, 'Foto aus der Galerie wählen')).toBeVisible()
  for (const path of PAGES) {
    await page.goto(path)
    await expect(page.locator('html')).toHaveAttribute('lang', 'de')
    expect([
      path,
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ]).toEqual([path, 0])
  }
})

test('fits German texts at twice the font size, with nothing cut @phone', async ({ page, context, baseURL }) => {
  await setLocale(context, baseURL, 'de')
  // The breakpoints follow the browser's setting, unlike a font size of the page.
  const browser = await context.newCDPSession(page)
  await browser.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } })
  for (const path of ['/models', '/gallery']) {
    await page.goto(path, { waitUntil: 'networkidle' })
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('32px')
    if (path === '/models') await plotIsMeasured(page)
    expect([path, await outside(page)]).toEqual([path, []])
  }
})

/** The names in the plot appear with the times, which are measured once the plot is in view. */
async function plotIsMeasured(page: Page): Promise<void> {
  const plot = page.getByRole('figure')
  await plot.scrollIntoViewIfNeeded()
  await expect(plot.locator('[aria-hidden="true"] [translate="no"]')).toHaveText(['Schnell', 'Ausgewogen', 'Genau'])
}

/** Texts that are cut off, or that reach out of the page or the box around them. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement as Element
      if (!node.textContent?.trim() || !parent.checkVisibility() || parent.closest('.sr-only, option, svg')) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const { left, right } = range.getBoundingClientRect()
      const box = parent.closest('button, label, li, main') ?? document.body
      const bounds = box.getBoundingClientRect()
      const cut = parent.scrollWidth > parent.clientWidth + 1 && getComputedStyle(parent).overflow !== 'visible'
      if (
        cut ||
        right > Math.min(bounds.right, document.documentElement.clientWidth) + 1 ||
        left < Math.max(bounds.left, 0) - 1
      ) {
        found.push(node.textContent.trim())
      }
    }
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
    return wide > 0 ? [...found, `${wide} px too wide`] : found
  })
}
