import { expect } from '@playwright/test'
import { violations } from './axe'
import { heading, waitForHydration } from './browser-page'
import { GRAPH, LOADED, recordDevice } from './device-page'
import { isLive, test } from './fake-camera'

test.describe.configure({ timeout: 120_000 })

test('the live camera classifies on the device, one frame at a time, until it is closed @extended', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['camera'])
  const device = await recordDevice(page)
  let posts = 0
  page.on('request', (request) => request.method() === 'POST' && posts++)
  await page.goto('/?model=fast&device=browser')
  await waitForHydration(page)
  await page.getByRole('button', { name: 'Live camera' }).press('Enter')
  await expect(page.getByText(/Loading the model: .* of .* MB/)).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
  await expect(page.getByText(/^\d+(\.\d)? fps · \d+ ms per frame$/)).toBeVisible()
  await expect(page.getByText('They never leave your device')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await expect.poll(async () => (await device.messages('classified')).length).toBeGreaterThan(5)
  // A frame starts only once the one before it has a result.
  const order = [...(await device.messages('running')), ...(await device.messages('classified'))]
    .sort((a, b) => Number(a.id) - Number(b.id))
    .map(({ kind }) => kind)
  expect(order.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 'running' : 'classified')))
  await page.getByRole('button', { name: 'Close camera' }).click()
  expect(await isLive(page)).toBe(false)
  const before = (await device.messages('running')).length
  await page.waitForTimeout(1000) // Nothing should happen, so there is no event to wait for.
  expect((await device.messages('running')).length).toBeLessThanOrEqual(before + 1)
  expect(posts).toBe(0)
})

test('the live camera loads no damaged model over and over, and goes on with the server @extended', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['camera'])
  let downloads = 0
  await page.route(GRAPH, async (route) => {
    downloads++
    const response = await route.fetch()
    const body = await response.body()
    await route.fulfill({ response, body: body.subarray(0, body.length / 2) })
  })
  await page.goto('/?model=fast&device=browser#camera')
  await expect(page.getByText(/The last frame wasn’t classified: The model’s file is damaged/)).toBeVisible(LOADED)
  const start = Date.now()
  await expect.poll(() => downloads, LOADED).toBe(4)
  // 1, 2 and 4 seconds apart.
  expect(Date.now() - start).toBeGreaterThan(6500)
  await page.getByRole('button', { name: /Fast model/ }).click()
  await page.getByText('This server', { exact: true }).click()
  await expect(heading(page, 'koala')).toBeVisible()
})
