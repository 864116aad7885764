import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { violations } from './axe'
import { navigate } from './navigate'

/** Every page that the navigation names, in its order, with its heading. */
const PAGES = [
  { name: 'Classify', path: '/', heading: 'Classify a photo' },
  { name: 'Compare', path: '/compare', heading: 'Compare models' },
  { name: 'Gallery', path: '/gallery', heading: 'Try a photo from the gallery' },
  { name: 'History', path: '/history', heading: 'Review your history' },
  { name: 'Batch', path: '/batch', heading: 'Classify a batch' },
  { name: 'Models', path: '/models', heading: 'Explore models' },
  { name: 'API', path: '/api-docs', heading: 'Classify photos from your code' },
] as const
const MAIN = ['Classify', 'Batch', 'Models', 'API']
const ABOUT_A_PHOTO = ['Compare', 'Gallery', 'History']

const banner = (page: Page) => page.getByRole('banner')
const menuButton = (page: Page) => page.getByRole('button', { name: 'Menu' })
const menu = (page: Page) => page.getByRole('dialog', { name: 'Menu' })

test.beforeEach(async ({ page }) => {
  page.on('pageerror', (error) => {
    throw error
  })
})

test('every page can be reached by name, marks its link as current, and has a title of its own @phone', async ({
  page,
  isMobile,
}) => {
  await page.goto('/')
  const titles = new Set<string>()
  for (const { name, path, heading } of PAGES) {
    await navigate(page, name)
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
    await expect(page).toHaveURL(path)
    await expect(page).toHaveTitle(/ · /)
    titles.add(await page.title())
    if (isMobile) {
      await expect(menu(page)).toBeHidden()
      await menuButton(page).click()
    }
    const links = isMobile ? menu(page) : banner(page)
    await expect(links.locator('[aria-current=page]')).toHaveText([name])
    if (ABOUT_A_PHOTO.includes(name)) await expect(links.locator('[aria-current=true]')).toHaveText(['Classify'])
    if (isMobile) await page.keyboard.press('Escape')
  }
  expect(titles.size).toBe(PAGES.length)
})

test('the header names every page, in the same order on every page, those about a photo apart', async ({ page }) => {
  for (const path of [...PAGES.map((each) => each.path), '/about', '/result#nothing']) {
    await page.goto(path)
    await expect(banner(page).getByRole('navigation').getByRole('link')).toHaveText([...MAIN, ...ABOUT_A_PHOTO])
    await expect(menuButton(page)).toBeHidden()
  }
})

test('the menu names every page, in the same order on every page @phone-only', async ({ page }) => {
  for (const { path } of PAGES) {
    await page.goto(path)
    await expect(banner(page).getByRole('navigation')).toBeHidden()
    await menuButton(page).click()
    await expect(menu(page).getByRole('link')).toHaveText(PAGES.map(({ name }) => name))
    for (const link of await menu(page).getByRole('link').all()) await expect(link).toBeInViewport({ ratio: 1 })
  }
})

test('by keyboard: Enter opens the menu, Tab goes through it, Escape closes it and returns the focus @phone-only', async ({
  page,
}) => {
  await page.goto('/', { waitUntil: 'networkidle' })
  await menuButton(page).focus()
  await page.keyboard.press('Enter')
  await expect(menu(page)).toBeVisible()
  await expect(menuButton(page)).toHaveAttribute('aria-expanded', 'true')
  await expect(menu(page).getByRole('link', { name: 'Classify' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(menu(page).getByRole('link', { name: 'Compare' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(menu(page)).toBeHidden()
  await expect(menuButton(page)).toBeFocused()
  await expect(menuButton(page)).toHaveAttribute('aria-expanded', 'false')
  await page.keyboard.press('Enter')
  await menu(page).getByRole('link', { name: 'Models' }).press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Explore models' })).toBeVisible()
  await expect(menu(page)).toBeHidden()
})

test('by keyboard: Tab goes through the header in reading order', async ({ page }) => {
  await page.goto('/')
  await banner(page).getByRole('link', { name: 'Vision' }).focus()
  for (const name of [...MAIN, ...ABOUT_A_PHOTO]) {
    await page.keyboard.press('Tab')
    await expect(banner(page).getByRole('link', { name, exact: true })).toBeFocused()
  }
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Theme and language' })).toBeFocused()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the open menu and on the API page in ${scheme} @phone`, async ({ page, isMobile }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await page.goto('/api-docs')
    expect(await violations(page)).toEqual([])
    if (!isMobile) return
    await menuButton(page).click()
    await expect(menu(page)).toBeVisible()
    expect(await violations(page)).toEqual([])
  })
}

test('the API page copies a request that works', async ({ page, context, request }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/api-docs')
  await page.getByRole('button', { name: 'Copy cURL request' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  const [, url = ''] = /'(http[^']+)'/.exec(command) ?? []
  expect(new URL(url).origin).toBe(new URL(page.url()).origin)
  const reply = await request.post(url, { data: await readFile('public/gallery/koala.webp') })
  expect((await reply.json()).predictions[0].label).toBe('koala')
  const description = await page.getByRole('link', { name: 'openapi.json' }).getAttribute('href')
  const { paths } = await (await request.get(description ?? '')).json()
  expect(Object.keys(paths)).toContain('/api/classify')
})

test('browsers may keep every page in the back/forward cache: none is sent with no-store', async ({ page }) => {
  for (const { path } of PAGES) {
    const reply = await page.request.get(path)
    expect([path, reply.headers()['cache-control']]).toEqual([path, 'private, no-cache'])
  }
})

test('every page ends with links to the documentation, the license and the privacy page, and the version @phone', async ({
  page,
}) => {
  for (const path of [...PAGES.map((each) => each.path), '/result#nothing', '/nowhere']) {
    await page.goto(path)
    const footer = page.getByRole('contentinfo')
    await expect(footer.getByRole('link')).toHaveText(['API documentation', 'License', 'Privacy'])
    await expect(footer).toContainText(/Version \d+\.\d+\.\d+/)
  }
  await page.getByRole('link', { name: 'Privacy' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Privacy and license' })).toBeVisible()
  await expect(page.getByText('deleted 72 hours after the batch ends')).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('guesses at the documentation lead browsers to the API page; to programs they stay unknown', async ({
  page,
  request,
}) => {
  for (const path of ['/api', '/api/docs', '/docs']) {
    await page.goto(path)
    await expect(page).toHaveURL('/api-docs')
  }
  for (const path of ['/api', '/api/docs']) {
    const reply = await request.get(path)
    expect([reply.status(), (await reply.json()).code]).toEqual([404, 'not_found'])
  }
})
