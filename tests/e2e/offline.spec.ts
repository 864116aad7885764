import { once } from 'node:events'
import { expect, type Page, test } from '@playwright/test'
import { startPlainHost } from '../support/plain-host'
import { startServer } from '../support/server'
import { violations } from './axe'
import { choosePhotos, failOnPageErrors, heading, photoPath, waitForHydration } from './browser-page'

/** The runtime and a model are loaded and compiled first, on a machine that runs other tests meanwhile. */
test.describe.configure({ timeout: 240_000 })
const LOADED = { timeout: 120_000 }

/** Classifies a photo in the browser, and waits until everything is kept. */
async function keepOnDevice(page: Page, url: string): Promise<void> {
  failOnPageErrors(page)
  await page.goto(`${url}/?model=fast&device=browser`)
  await waitForHydration(page)
  await expect(page.getByText('Works without a connection.')).toBeVisible(LOADED)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
}

const openOptions = (page: Page) => page.getByRole('button', { name: /Fast model/ }).click()

/** What the app has left in this browser, apart from photos and the history. */
const leftovers = (page: Page) =>
  page.evaluate(async () => ({
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }))

test('classifies without a network and without a server, says so, and offers nothing that needs them @extended', async ({
  page,
  context,
}) => {
  const server = await startServer({ env: { LOG_LEVEL: 'warn' } })
  try {
    await keepOnDevice(page, server.url)
    await context.setOffline(true)
    server.child.kill('SIGKILL')
    await once(server.child, 'exit')

    await page.reload()
    await waitForHydration(page)
    await expect(page.getByText('You’re offline. Photos are classified on this device.')).toBeVisible()
    await choosePhotos(page, 'espresso.png')
    await expect(heading(page, 'espresso')).toBeVisible(LOADED)
    await openOptions(page)
    await expect(page.getByRole('radio', { name: 'This server' })).toBeDisabled()
    await expect(page.getByRole('radio', { name: 'Accurate' })).toBeDisabled()
    await expect(page.getByRole('radio', { name: 'Fast' })).toBeEnabled()
    await expect(page.getByText(/can be chosen once it can be reached\. Models that are struck through/)).toBeVisible()
    expect(await violations(page)).toEqual([])

    // A new tab begins with a model that this browser keeps, not with the default one.
    const tab = await context.newPage()
    await tab.goto(server.url)
    await waitForHydration(tab)
    await choosePhotos(tab, 'koala.webp')
    await expect(heading(tab, 'koala')).toBeVisible(LOADED)
    await expect(tab.getByRole('button', { name: /^Fast model/ })).toBeVisible()
    await tab.close()

    // The network is back, but the server isn't.
    await context.setOffline(false)
    await page.goto(`${server.url}/?model=fast`)
    await expect(page.getByText('The server can’t be reached. Photos are classified on this device.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Classify on the server instead' })).toBeDisabled()
    // The first input loads what the links need.
    await page.keyboard.press('Shift')
    await page.waitForLoadState('networkidle')
    await page.getByRole('navigation').getByRole('link', { name: 'Models' }).first().click()
    await expect(page.getByText('this page can’t be opened at the moment')).toBeVisible()
    await page.goto(`${server.url}/models`)
    await expect(heading(page, 'You’re offline')).toBeVisible()
    expect(await violations(page)).toEqual([])
    const places = page.getByRole('main').getByRole('link')
    await expect(places).toHaveText(['Classify', 'Batch', 'Train', 'Compare', 'History'])

    await places.filter({ hasText: 'Batch' }).click()
    // The default model isn't in this browser, so another is chosen.
    await page.getByRole('button', { name: /^Fast model/ }).click()
    await expect(page.getByRole('radio', { name: 'Balanced' })).toBeDisabled()
    const photos = ['koala.webp', 'espresso.png', 'goldfish.webp'].map(photoPath)
    const input = page.locator('input[type=file]').first()
    await input.setInputFiles({
      name: 'labels.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('file,label\nkoala.webp,koala\nespresso.png,koala\n'),
    })
    await input.setInputFiles(photos)
    await expect(page.getByText(/^Done\. This browser keeps the results/)).toBeVisible(LOADED)
    await expect(page.getByRole('row', { name: /goldfish/ })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Accuracy against your labels' })).toContainText(/Photos2/)
    await page
      .getByRole('row', { name: /goldfish/ })
      .getByRole('button')
      .first()
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Why this label?' }).click()
    await expect(page.getByRole('dialog').getByText(/\d+ model runs/)).toBeVisible(LOADED)
    await page.keyboard.press('Escape')
    await page.goto(`${server.url}/train`)
    await waitForHydration(page)
    await expect(page.getByText('Your photos stay in this browser, which computes their features')).toBeVisible()
    for (const label of ['animals', 'things']) {
      await page.getByPlaceholder('For example').fill(label)
      await page.getByRole('button', { name: 'Add label' }).click()
    }
    await page.getByRole('button', { name: /Base model · Fast/ }).click()
    await expect(page.getByRole('radio', { name: 'Balanced' })).toBeDisabled()
    const inputs = page.getByRole('main').locator('li input[type=file]')
    await inputs.nth(0).setInputFiles(['koala.webp', 'goldfish.webp', 'giant-panda.webp'].map(photoPath))
    await inputs.nth(1).setInputFiles(['bucket.webp', 'baseball.webp', 'espresso.png'].map(photoPath))
    await expect(page.getByTestId('accuracy')).toBeVisible(LOADED)
    await page.goto(`${server.url}/models`)
    await page.getByRole('main').getByRole('link', { name: 'History' }).click()
    await expect(heading(page, 'History')).toBeVisible()
  } finally {
    await server.stop()
  }
})

test('what is kept is told, and removed with one button; choosing the device again keeps it again @extended', async ({
  page,
  baseURL,
}) => {
  await keepOnDevice(page, baseURL ?? '')
  await openOptions(page)
  await expect(page.getByText(/Works without a connection\. This site uses \d+ MB in this browser/)).toBeVisible()
  expect((await leftovers(page)).workers).toBe(1)
  await page.getByRole('button', { name: 'Remove from this device' }).click()
  await page.getByRole('button', { name: 'Remove models and saved app' }).click()
  await expect(page.getByRole('radio', { name: 'This server' })).toBeChecked()
  expect(await leftovers(page)).toEqual({ caches: [], workers: 0 })
  await page.reload()
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
  expect(await leftovers(page)).toEqual({ caches: [], workers: 0 })
  await openOptions(page)
  await page.getByText('This device', { exact: true }).click()
  await expect(page.getByText('Works without a connection.')).toBeVisible(LOADED)
})

test('says so if there is no space, keeps nothing half, and still classifies @extended', async ({ page, baseURL }) => {
  const session = await page.context().newCDPSession(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin: baseURL ?? '', quotaSize: 2_000_000 })
  await page.goto('/?model=fast&device=browser')
  await waitForHydration(page)
  await expect(page.getByText('There isn’t enough free space')).toBeVisible(LOADED)
  expect((await leftovers(page)).caches.filter((name) => name.startsWith('vision-offline'))).toEqual([])
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
})

test('those who classify on the server get no service worker, and the API is never kept @extended', async ({
  page,
  baseURL,
}) => {
  await page.goto('/?model=fast')
  await waitForHydration(page)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  expect(await leftovers(page)).toEqual({ caches: [], workers: 0 })
  await keepOnDevice(page, baseURL ?? '')
  await page.evaluate(() => fetch('/api/models'))
  const kept = await page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('vision-offline'))
    const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
    return keys.flat().map(({ url }) => new URL(url).pathname)
  })
  expect(kept).toContain('/compare')
  expect(kept.filter((path) => !/^\/(_next\/static|gallery)\/|^\/([a-z]*|icon\.svg)$/.test(path))).toEqual([])
})

test('Chromium takes the app for installable @extended', async ({ page }) => {
  await page.goto('/')
  const session = await page.context().newCDPSession(page)
  const { errors, data } = await session.send('Page.getAppManifest')
  expect(errors).toEqual([])
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual([])
  const manifest = JSON.parse(data ?? '{}') as { icons: { src: string; sizes: string; purpose?: string }[] }
  expect(manifest.icons.map(({ sizes, purpose = 'any' }) => `${sizes} ${purpose}`)).toEqual([
    '192x192 any',
    '512x512 any',
    '512x512 maskable',
  ])
  await expect(page.locator('meta[name=theme-color]')).toHaveCount(2)
})

test('where the host doesn’t isolate pages, the service worker does @extended', async ({ page, baseURL }) => {
  const host = await startPlainHost(baseURL ?? '')
  try {
    failOnPageErrors(page)
    await page.goto(`${host.url}/?model=fast&device=browser`)
    await waitForHydration(page)
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
    await choosePhotos(page, 'koala.webp')
    await expect(heading(page, 'koala')).toBeVisible(LOADED)
    await expect(page.getByText(/^on this device · /)).toBeVisible()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  } finally {
    await host.stop()
  }
})

test('the service worker is never taken from a cache, and serves the whole site @extended', async ({ request }) => {
  const response = await request.get('/sw.js?fresh')
  const headers = response.headers()
  expect([response.status(), headers['cache-control'], headers['service-worker-allowed']]).toEqual([
    200,
    'no-cache',
    '/',
  ])
  expect(headers['content-type']).toMatch(/^text\/javascript/)
})
