import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { distinctFiles } from '../support/many-photos'
import { freePort } from '../support/ports'
import { startServer, type TestServer } from '../support/server'
import { chooseFolder, createPhotoFolder, figures, openBatch, rows, temporaryFolder, waitUntilDone } from './batch-page'
import { choosePhotos, heading, photoInput, waitForHydration } from './browser-page'
import { navigate } from './navigate'

const root = temporaryFolder()

/** A server that is stopped and started again on the same port, with the same data. */
let server: TestServer
let start: () => Promise<void>
let data: string
test.beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'away-'))
  const env = { PORT: String(await freePort()), DATA_DIR: data, LOG_LEVEL: 'warn' }
  start = async () => {
    server = await startServer({ env })
  }
  await start()
})
test.afterEach(async () => {
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

async function kill(): Promise<void> {
  server.child.kill('SIGKILL')
  await once(server.child, 'exit')
}

test('sends photos and comparisons by itself once a killed server is back @extended', async ({ page }) => {
  await page.goto(server.url)
  await waitForHydration(page)
  await kill()
  await choosePhotos(page, 'koala.webp', 'goldfish.webp')
  await expect(heading(page, 'Waiting for the server')).toBeVisible()
  await page.getByRole('button', { name: 'goldfish.webp: Waiting' }).click()
  await expect(heading(page, 'Waiting for the server')).toBeVisible()
  await start()
  await expect(heading(page, 'goldfish')).toBeVisible()
  // The code that an answer needs could not be loaded before.
  await expect(page.getByRole('table', { name: 'Scores' })).toBeVisible()
  await page.getByRole('button', { name: 'koala.webp: koala' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  // Nor could the code that keeps photos and results.
  const history = await page.context().newPage()
  await expect(async () => {
    await history.goto(`${server.url}/history`)
    await expect(history.getByText('2 of 2 photos')).toBeVisible({ timeout: 1000 })
  }).toPass()
  await history.close()
  await page.reload()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByRole('button', { name: 'goldfish.webp: goldfish' })).toBeVisible()

  await page.goto(`${server.url}/compare`)
  await waitForHydration(page)
  await kill()
  await choosePhotos(page, 'espresso.png')
  await expect(heading(page, 'Waiting for the server')).toBeVisible()
  await expect(page.getByRole('radio', { name: /Fast.*Waiting for the server/ })).toBeVisible()
  await expect(page.getByText('Running the models')).toBeHidden()
  await start()
  await expect(page.getByText('All 3 models agree')).toBeVisible()
})

test('a link to another page waits for the server instead of leaving the page @extended', async ({
  page,
  context,
  isMobile,
}) => {
  await page.goto(server.url)
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  // The first input loads what the links need, on a phone with the menu.
  await page.keyboard.press('Shift')
  if (isMobile) {
    await page.getByRole('button', { name: 'Menu' }).click()
    await expect(page.getByRole('dialog', { name: 'Menu' })).toBeVisible()
    await page.keyboard.press('Escape')
  }
  await page.waitForLoadState('networkidle')
  await kill()
  await navigate(page, 'Models')
  const notice = page.getByRole('status').filter({ hasText: 'The server isn’t responding' })
  await expect(notice).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  await context.setOffline(true)
  await page.getByRole('contentinfo').getByRole('link', { name: 'Privacy' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'You’re offline. This page' })).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  await context.setOffline(false)
  await start()
  await page.getByRole('status').getByRole('button', { name: 'Try again' }).click()
  await expect(heading(page, 'Privacy and license')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try again' })).toBeHidden()
})

test('the back button and "Open as a batch" wait for the server, and the page follows by itself @extended', async ({
  page,
}) => {
  // The server starts three times.
  test.setTimeout(120_000)
  const notice = page.getByRole('status').filter({ hasText: 'opens by itself once it’s back' })
  await page.goto(server.url)
  await photoInput(page).setInputFiles(distinctFiles(root(), 31))
  await expect(figures(page)).toContainText('31 of 31')
  await navigate(page, 'Models')
  await expect(heading(page, 'Explore models')).toBeVisible()
  // Now only the server has the page to which the back button leads.
  await page.reload({ waitUntil: 'networkidle' })
  await waitForHydration(page)
  await page.keyboard.press('Shift')
  await page.waitForLoadState('networkidle')
  await kill()
  await page.goBack({ waitUntil: 'commit' })
  await expect(notice).toBeVisible()
  await expect(heading(page, 'Explore models')).toBeVisible()
  await start()
  await expect(heading(page, '31 photos')).toBeVisible()
  await expect(notice).toBeHidden()

  await page.waitForLoadState('networkidle')
  await kill()
  await page.getByRole('button', { name: 'Open as a batch' }).click()
  await expect(notice).toBeVisible()
  await expect(heading(page, '31 photos')).toBeVisible()
  await start()
  await expect(page).toHaveURL(/\/batch/)
  await expect(figures(page)).toContainText('31 of 31')
  await waitUntilDone(page)
})

test('an explanation waits for the server and follows by itself @extended', async ({ page }) => {
  await page.goto(server.url)
  await choosePhotos(page, 'koala.webp')
  const why = page.getByRole('button', { name: 'Why this label?' })
  await expect(why).toBeVisible()
  await page.waitForLoadState('networkidle')
  await kill()
  await why.click()
  await expect(page.getByRole('status').filter({ hasText: 'Waiting for the server' })).toBeVisible()
  await expect(page.getByText('Couldn’t reach the server')).toBeHidden()
  await start()
  await expect(page.getByText(/support koala/)).toBeVisible({ timeout: 30_000 })
})

test('a batch waits for a server that restarts, without a rate or a remaining time, and goes on by itself @extended', async ({
  page,
}) => {
  await openBatch(page, server.url)
  await chooseFolder(page, createPhotoFolder(root(), 300))
  await expect(figures(page)).toContainText(/[1-9]\d* of 300 photos·\d+\/s/)
  await server.stop()
  await expect(page.getByText('Waiting for the server')).toBeVisible()
  await expect(figures(page)).not.toContainText(/\/s|left/)
  await expect(page).toHaveTitle(/^[1-9]?\d% · holiday · Vision$/)
  await expect(rows(page).first()).toBeVisible()
  await start()
  await expect(page.getByText('Waiting for the server')).toBeHidden()
  await expect(figures(page)).toContainText('300 of 300', { timeout: 30_000 })
  await waitUntilDone(page)
  await expect(page).toHaveTitle('holiday · Vision')
})
