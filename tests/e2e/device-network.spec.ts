import { expect, type Page, type Route, test } from '@playwright/test'
import { choosePhotos, heading, photoInput, waitForHydration } from './browser-page'
import { GRAPH, LOADED, openOnDevice } from './device-page'

test.describe.configure({ timeout: 180_000 })
// Requests that pass a service worker can be neither intercepted nor counted here. offline.spec.ts has one.
test.use({ serviceWorkers: 'block' })

/** Counts the downloads of a model's file. */
async function countDownloads(page: Page): Promise<() => number> {
  let downloads = 0
  page.on('request', (request) => /\/graph$/.test(request.url()) && downloads++)
  return () => downloads
}

test('goes on by itself after the network failed, whatever was being loaded @extended', async ({ browser }) => {
  const files: [name: string, pattern: string | RegExp][] = [
    ['the worker', /device.worker|turbopack.*worker/i],
    ['the model’s description', '**/api/models/*/device'],
    ['the model', GRAPH],
    ['ONNX Runtime’s script', /ort-wasm.*\.mjs/],
    ['ONNX Runtime', /ort-wasm.*\.wasm/],
    ['libvips’ script', /vips-es6.*\.js/],
    ['libvips', /vips.*\.wasm/],
  ]
  await test.step('the worker’s scripts', async () => {
    const page = await browser.newPage({ serviceWorkers: 'block' })
    await page.route('**/_next/static/chunks/*.js', (route) =>
      route.request().headers().referer?.includes('worker') ? route.abort('internetdisconnected') : route.continue(),
    )
    // Other workers fail, too, which the browser reports as errors of the page.
    await page.goto('/?model=fast&device=browser')
    await waitForHydration(page)
    await choosePhotos(page, 'koala.webp')
    await expect(heading(page, 'Waiting for the server')).toBeVisible(LOADED)
    await page.unrouteAll()
    await expect(heading(page, 'koala')).toBeVisible(LOADED)
    await page.close()
  })
  for (const [name, pattern] of files) {
    await test.step(name, async () => {
      const page = await browser.newPage({ serviceWorkers: 'block' })
      let failed = 0
      await page.route(pattern, (route) => (failed++ === 0 ? route.abort('internetdisconnected') : route.continue()))
      await openOnDevice(page)
      await choosePhotos(page, 'koala.webp')
      await expect(heading(page, 'koala'), name).toBeVisible(LOADED)
      expect(failed, name).toBeGreaterThan(1)
      await page.close()
    })
  }
})

test('a truncated or damaged file is never used, and a damaged copy is loaded again @extended', async ({ page }) => {
  const truncate = async (route: Route) => {
    const response = await route.fetch()
    const body = await response.body()
    await route.fulfill({ response, body: body.subarray(0, body.length / 2) })
  }
  await page.route(GRAPH, truncate)
  const downloads = await countDownloads(page)
  await openOnDevice(page)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'The model’s file is damaged')).toBeVisible(LOADED)
  await page.unroute(GRAPH)
  // A revision of last year.
  await page.evaluate(async () => {
    const cache = await caches.open('vision-device-models')
    await cache.put('/api/graphs/0ld', new Response('old'))
  })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
  expect(downloads()).toBe(2)
  const kept = await page.evaluate(async () => {
    const cache = await caches.open('vision-device-models')
    const files = (await cache.keys()).filter(({ url }) => url.includes('/api/graphs/'))
    for (const file of files) {
      const bytes = new Uint8Array(await ((await cache.match(file)) as Response).arrayBuffer())
      bytes[1000] = (bytes[1000] ?? 0) ^ 1
      await cache.put(file, new Response(bytes))
    }
    return files.length
  })
  expect(kept).toBe(1)
  await page.reload()
  await waitForHydration(page)
  await choosePhotos(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible(LOADED)
  expect(downloads()).toBe(3)
})

test('removing the photo or choosing the server ends the download @extended', async ({ page }) => {
  let held = 0
  await page.route(GRAPH, () => {
    // Never answered.
    held++
  })
  await openOnDevice(page)
  await choosePhotos(page, 'koala.webp')
  await expect.poll(() => held).toBe(1)
  const failed = () => page.waitForEvent('requestfailed', (request) => /\/graph$/.test(request.url()))
  const removed = failed()
  await page.getByRole('button', { name: 'Remove koala.webp' }).click()
  expect((await removed).failure()?.errorText).toContain('ERR_ABORTED')
  await choosePhotos(page, 'espresso.png')
  await expect.poll(() => held).toBe(2)
  const left = failed()
  await page.getByRole('button', { name: /Fast model/ }).click()
  await page.getByText('This server', { exact: true }).click()
  expect((await left).failure()?.errorText).toContain('ERR_ABORTED')
  await expect(heading(page, 'espresso')).toBeVisible()
})

test('without a network, a loaded model goes on @extended', async ({ page, context }) => {
  await openOnDevice(page)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
  await context.setOffline(true)
  await photoInput(page).setInputFiles('public/gallery/espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible()
  await context.setOffline(false)
})

test('a tab that waits for another one’s download takes over when that one is closed @extended', async ({
  context,
}) => {
  const [first, second] = [await context.newPage(), await context.newPage()]
  let held = 0
  await first.route(GRAPH, () => {
    // Never answered.
    held++
  })
  const downloads = await countDownloads(second)
  await openOnDevice(first)
  await choosePhotos(first, 'koala.webp')
  await expect.poll(() => held).toBe(1)
  await openOnDevice(second)
  await choosePhotos(second, 'koala.webp')
  await expect.poll(() => waitsForLock(second)).toBe(true)
  expect(downloads()).toBe(0)
  await first.close()
  await expect(heading(second, 'koala')).toBeVisible(LOADED)
  expect(downloads()).toBe(1)
})

/** Whether something in this browser waits for a file that something else is loading. */
function waitsForLock(page: Page): Promise<boolean> {
  return page.evaluate(async () => ((await navigator.locks.query()).pending ?? []).length > 0)
}
