import { expect, type Page, test } from '@playwright/test'
import { violations } from './axe'
import { choosePhotos, heading } from './browser-page'
import { LOADED, openOnDevice, recordDevice } from './device-page'

test.describe.configure({ timeout: 180_000 })

const card = (page: Page, model: string) => page.getByRole('radio', { name: new RegExp(`^${model}`) })

test('compares three models on the device, and keeps all of them open @extended', async ({ page }) => {
  const device = await recordDevice(page)
  const sent: string[] = []
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()))
  const graphs: string[] = []
  page.on('request', (request) => /\/graph$/.test(request.url()) && graphs.push(request.url()))
  await openOnDevice(page)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible(LOADED)
  await page.getByRole('link', { name: 'Compare models' }).click()
  await expect(page.getByText('All 3 models agree')).toBeVisible(LOADED)
  for (const model of ['Fast', 'Balanced', 'Accurate']) await expect(card(page, model)).toBeVisible()
  expect(await violations(page)).toEqual([])
  // A second photo uses the same sessions.
  await choosePhotos(page, 'espresso.png')
  await expect.poll(async () => (await device.messages('classified')).length, LOADED).toBe(6)
  await expect(page.getByText('All 3 models agree')).toBeVisible()
  expect(new Set(graphs).size).toBe(3)
  expect(graphs).toHaveLength(3)
  expect(sent).toEqual([])
})
