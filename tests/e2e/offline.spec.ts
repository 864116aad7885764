import { expect, test } from '@playwright/test'
import { startPlainHost } from '../support/plain-host'
import { choosePhotos, failOnPageErrors, heading, waitForHydration } from './browser-page'

/** The runtime and a model are loaded and compiled first, on a machine that runs other tests meanwhile. */
test.describe.configure({ timeout: 180_000 })
const LOADED = { timeout: 120_000 }

test('where the host doesn’t isolate pages, the service worker does @extended', async ({ page, baseURL }) => {
  const host = await startPlainHost(baseURL ?? '')
  try {
    failOnPageErrors(page)
    await page.goto(`${host.url}/?model=fast&device=browser`)
    await waitForHydration(page)
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
    await choosePhotos(page, 'koala.webp')
    await expect(heading(page, 'koala')).toBeVisible(LOADED)
    await expect(page.getByText('on this device')).toBeVisible()
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
