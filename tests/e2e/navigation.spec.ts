import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { violations } from './axe'
import { waitForHydration } from './browser-page'
import { ABOUT_A_PHOTO, banner, MAIN, menu, menuButton, navigate, PAGES } from './navigate'

test.beforeEach(async ({ page }) => {
  page.on('pageerror', (error) => {
    throw error
  })
})

test('every page can be reached by name, marks its link as current, and has a title of its own @phone-extended', async ({
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

test('axe finds nothing in the open menu @phone-only', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto('/api-docs')
  await waitForHydration(page)
  await menuButton(page).click()
  await expect(menu(page)).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('the API page copies a request that works', async ({ page, context, request }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/api-docs')
  await waitForHydration(page)
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

test('the footer leads to the privacy page', async ({ page }) => {
  await page.goto('/about')
  await page.getByRole('link', { name: 'Privacy' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Privacy and license' })).toBeVisible()
  await expect(page.getByText('deleted 72 hours after the batch ends')).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('guesses at the documentation lead browsers to the API page; to programs they stay unknown @extended', async ({
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
