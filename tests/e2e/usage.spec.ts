import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeKeyUsage } from '../support/key-usage'
import { startServer, type TestServer } from '../support/server'
import { violations } from './axe'
import { failOnPageErrors, heading, waitForHydration } from './browser-page'

const ADMIN_TOKEN = 'operator-of-the-tests'

let data: string
let secrets: Map<string, string>
let server: TestServer
test.beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'usage-'))
  secrets = await writeKeyUsage(data)
  const env = { API_KEYS: 'required', ADMIN_TOKEN, DATA_DIR: data, LOG_LEVEL: 'warn', DEFAULT_MODEL_TYPE: 'fast' }
  server = await startServer({ env })
})
test.afterAll(async () => {
  await server.stop()
  rmSync(data, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

async function unlock(page: Page): Promise<void> {
  await page.goto(`${server.url}/usage`)
  await waitForHydration(page)
  await page.getByLabel('Operator’s token').fill(ADMIN_TOKEN)
  await page.getByRole('button', { name: 'Show usage' }).click()
  await expect(page.getByRole('heading', { name: 'Keys' })).toBeVisible()
}

test('shows the operator alone what each key did, by day and by key, and exports it @extended @phone-extended', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: test.info().project.name === 'phone' ? 'dark' : 'light' })
  await page.goto(`${server.url}/usage`)
  await waitForHydration(page)
  expect(await violations(page)).toEqual([])
  await page.getByLabel('Operator’s token').fill('wrong')
  await page.keyboard.press('Enter')
  await expect(page.getByText('This token is wrong.')).toBeVisible()
  await unlock(page)
  expect(await violations(page)).toEqual([])

  // One bar for each day, the figures of all of them, and a row for each key.
  await expect(page.getByRole('table', { name: 'Use by day' }).getByRole('row')).toHaveCount(31)
  await expect(page.getByRole('radio', { name: /^Requests/ })).toHaveAccessibleName(/Requests\s*\d{2,3},\d{3}/)
  await expect(page.getByText('revoked', { exact: true })).toBeVisible()
  await expect(page.getByText(/^[\d,]+ of 25,000 photos this month$/)).toBeVisible()
  await page.getByRole('button', { name: 'research', exact: true }).click()
  await expect(page.getByRole('combobox', { name: 'Key' })).toHaveValue(/^[0-9a-f]{12}$/)
  await expect(page.getByRole('table', { name: 'Use by day' }).getByRole('row')).toHaveCount(4)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'CSV' }).click()
  expect((await download).suggestedFilename()).toMatch(/^usage-.*\.csv$/)
  await page.getByRole('radio', { name: '7 days' }).check({ force: true })
  await expect(page.getByRole('table', { name: 'Use by day' }).getByRole('row')).toHaveCount(2)
  // This tab keeps the token; nothing else does.
  await page.reload()
  await waitForHydration(page)
  await expect(page.getByRole('heading', { name: 'Keys' })).toBeVisible()
  await page.getByRole('button', { name: 'Forget token' }).click()
  await expect(page.getByLabel('Operator’s token')).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('Operator’s token')).toBeVisible()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
})

test('is in German, with German numbers, and fits the screen @phone', async ({ page, context }) => {
  await context.addCookies([{ name: 'locale', value: 'de', url: server.url }])
  await page.goto(`${server.url}/usage`)
  await waitForHydration(page)
  await page.getByLabel('Token des Betreibers').fill(ADMIN_TOKEN)
  await page.getByRole('button', { name: 'Nutzung anzeigen' }).click()
  await expect(page.getByRole('heading', { name: 'Schlüssel', exact: true })).toBeVisible()
  await expect(page.getByText(/^[\d.]+ von 25\.000 Fotos/)).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})

test('revokes a key after a question', async ({ page }) => {
  const secret = secrets.get('research') ?? ''
  const classify = () =>
    fetch(`${server.url}/api/models`, { headers: { authorization: `Bearer ${secret}` } }).then(({ status }) => status)
  await unlock(page)
  expect(await classify()).toBe(200)
  const row = page.getByRole('listitem').filter({ hasText: 'research' })
  await row.getByRole('button', { name: 'Revoke research' }).click()
  await row.getByRole('button', { name: 'Keep it' }).click()
  await row.getByRole('button', { name: 'Revoke research' }).click()
  await row.getByRole('button', { name: 'Revoke for good' }).click()
  await expect(row.getByText('revoked', { exact: true })).toBeVisible()
  await expect(row.getByRole('button', { name: /Revoke/ })).toHaveCount(0)
  expect(await classify()).toBe(401)
})

test('with keys required, a visitor classifies a photo without one', async ({ page }) => {
  await page.goto(server.url)
  await waitForHydration(page)
  await page.locator('input[type=file][multiple]').setInputFiles('public/gallery/koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  const cookies = await page.context().cookies(server.url)
  expect(cookies.find(({ name }) => name === 'vision_session')).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  // A program can't do what the page does.
  const refused = await fetch(`${server.url}/api/classify`, { method: 'POST', body: 'x' })
  expect(refused.status).toBe(401)
})
