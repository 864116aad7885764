import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import type { Explanation } from '@/lib/shared/contract/explain'
import { violations } from './axe'
import { choosePhotos, heading, photoPath } from './browser-page'
import { LOADED, openOnDevice, recordDevice } from './device-page'

test.describe.configure({ timeout: 120_000 })

const toggle = (page: Page) => page.getByRole('button', { name: 'Why this label?' })

test('explains on the device without the server, and stops at once @extended', async ({ page }) => {
  const device = await recordDevice(page)
  const explained = async () => (await device.messages('explaining')).length
  await openOnDevice(page)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
  const requests: string[] = []
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
  await toggle(page).click()
  await expect(page.getByText('Hiding parts of the photo (320 runs)')).toBeVisible()
  await expect.poll(explained).toBeGreaterThan(2)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Explanation canceled.')).toBeVisible()
  const stopped = await explained()
  // Comes after whatever the explanation still sent.
  await choosePhotos(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible(LOADED)
  const [first, ...others] = await device.messages('explaining')
  const sent = 1 + others.filter(({ id }) => id === first?.id).length
  // One step may have been running.
  expect(sent).toBeLessThanOrEqual(stopped + 1)
  expect(requests.filter((request) => request.includes('/api/explain') || !request.startsWith('GET'))).toEqual([])
})

/** INT8 convolutions differ between the instructions of processors, so scores do by up to a few thousandths. */
const CELL_TOLERANCE = 0.01

test('the heatmap is the server’s @extended', async ({ page }) => {
  test.setTimeout(600_000)
  const device = await recordDevice(page)
  await openOnDevice(page)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
  await toggle(page).click()
  await expect(page.getByText(/support koala, mostly in the middle/)).toBeVisible({ timeout: 500_000 })
  expect(await violations(page)).toEqual([])
  const [message] = await device.messages('explained')
  const here = message?.explanation as Explanation
  const data = readFileSync(photoPath('koala.webp'))
  const response = await page.request.post(`/api/explain?model=fast&label=%23${here.label.index}`, {
    data,
    timeout: 120_000,
  })
  const there = (await response.json()) as Explanation
  const { model, method, area, image, runs } = there
  expect(here).toMatchObject({ model, method, area, image, runs })
  expect(here.label.label).toBe(there.label.label)
  expect(Math.abs(here.label.score - there.label.score)).toBeLessThan(CELL_TOLERANCE)
  const differences = there.grid.values.map((value, cell) => Math.abs(value - (here.grid.values[cell] ?? 1)))
  expect(Math.max(...differences)).toBeLessThan(CELL_TOLERANCE)
  // A heatmap of nothing would be within the tolerance, too.
  expect(Math.max(...there.grid.values)).toBeGreaterThan(5 * CELL_TOLERANCE)
})
