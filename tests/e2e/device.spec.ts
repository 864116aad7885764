import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import type { Classification } from '@/lib/shared/contract/contract'
import { violations } from './axe'
import { choosePhotos, heading, photoInput, photoPath, waitForHydration } from './browser-page'
import { GRAPH, LOADED, openOnDevice } from './device-page'

test.describe.configure({ timeout: 120_000 })

test('classifies in the browser as the server does, sends nothing, and loads the model once', async ({ page }) => {
  await openOnDevice(page, '')
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  const names = ['koala.webp', 'espresso.png']
  const expected = await Promise.all(names.map((name) => fromServer(page, photoPath(name))))

  const requests: { method: string; url: string; body: boolean }[] = []
  page.on('request', (request) =>
    requests.push({ method: request.method(), url: request.url(), body: request.postDataBuffer() !== null }),
  )
  await page.getByRole('button', { name: /Fast model/ }).click()
  await page.getByText('This device', { exact: true }).click()
  await expect(page.getByText(/^on this device · /)).toBeVisible(LOADED)
  await choosePhotos(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.getByRole('button', { name: 'What the model saw' }).click()
  await expect(page.getByRole('img', { name: 'The part of the photo that the model saw' })).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), exportJson(page)])
  const exported = JSON.parse(readFileSync(await download.path(), 'utf8')) as Classification[]
  for (const [i, { predictions, area, image, uncertain_reason }] of exported.entries()) {
    const server = expected[i] as Classification
    expect({ area, image, uncertain_reason }).toEqual({
      area: server.area,
      image: server.image,
      uncertain_reason: server.uncertain_reason,
    })
    expect(predictions[0]?.label).toBe(server.predictions[0]?.label)
    expect(Math.abs((predictions[0]?.score ?? 0) - (server.predictions[0]?.score ?? 1))).toBeLessThan(0.01)
  }

  await page.reload()
  await waitForHydration(page)
  await choosePhotos(page, 'astronaut.png')
  await expect(page.getByText(/^on this device · /)).toBeVisible(LOADED)
  const origin = new URL(page.url()).origin
  expect(
    Math.max(...requests.filter(({ url }) => !/^(blob|data):/.test(url)).map(({ url }) => url.length)),
  ).toBeLessThan(1000)
  expect(requests.filter(({ url }) => !/^(blob|data):/.test(url) && new URL(url).origin !== origin)).toEqual([])
  expect(requests.filter(({ method, body }) => method !== 'GET' || body)).toEqual([])
  expect(requests.filter(({ url }) => url.endsWith('/graph'))).toHaveLength(1)
})

test('refuses a model file with another SHA-256, and goes on with the right one', async ({ page }) => {
  await page.route(GRAPH, async (route) => {
    const response = await route.fetch()
    const body = await response.body()
    body[1000] = (body[1000] ?? 0) ^ 1
    await route.fulfill({ response, body })
  })
  await openOnDevice(page, '')
  await page.getByRole('button', { name: 'Classify on this device instead' }).click()
  await expect(page.getByText(/never leaves your device/).first()).toBeVisible()
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'The model’s file is damaged')).toBeVisible(LOADED)
  await page.unroute(GRAPH)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
})

test('two tabs share one download, and bad photos get the server’s words @extended', async ({ context }) => {
  let downloads = 0
  await context.route(GRAPH, async (route) => {
    downloads++
    await route.continue()
  })
  const [first, second] = await Promise.all([context.newPage(), context.newPage()])
  await Promise.all([openOnDevice(first), openOnDevice(second)])
  await Promise.all([choosePhotos(first, 'koala.webp'), choosePhotos(second, 'koala.webp')])
  await Promise.all([first, second].map((page) => expect(heading(page, 'koala')).toBeVisible(LOADED)))
  expect(downloads).toBe(1)

  const whole = readFileSync(photoPath('espresso.png'))
  const bad = [
    { name: 'cut.png', mimeType: 'image/png', buffer: whole.subarray(0, whole.length / 2) },
    { name: 'text.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') },
  ]
  for (const file of bad) {
    const response = await first.request.post('/api/classify', { data: file.buffer })
    const { code, detail } = (await response.json()) as { code: string; detail: string }
    await photoInput(first).setInputFiles(file)
    await expect(first.getByRole('button', { name: `Remove ${file.name}` })).toBeVisible()
    await first.getByText('Details', { exact: true }).click()
    await expect(first.getByText(`${code}: ${detail}`)).toBeVisible()
  }
})

// Otherwise the service worker would isolate the page.
test.describe(() => {
  test.use({ serviceWorkers: 'block' })

  test('where the browser can’t, the page says so and offers the server @phone', async ({ page }) => {
    // As in a frame of another page, whose headers the browser ignores.
    await page.route('/?*', async (route) => {
      const response = await route.fetch()
      const { 'cross-origin-opener-policy': _, 'cross-origin-embedder-policy': __, ...headers } = response.headers()
      await route.fulfill({ response, headers })
    })
    await openOnDevice(page)
    await choosePhotos(page, 'koala.webp')
    await expect(heading(page, 'This browser can’t run the model')).toBeVisible(LOADED)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Classify on the server instead' }).click()
    await expect(heading(page, 'koala')).toBeVisible()
  })
})

async function fromServer(page: Page, path: string): Promise<Classification> {
  const response = await page.request.post('/api/classify?model=fast&top_k=10', { data: readFileSync(path) })
  return (await response.json()) as Classification
}

async function exportJson(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Download', exact: true }).click()
  await page.getByRole('menuitem', { name: 'JSON (2 photos)' }).click()
}
