import { rmSync } from 'node:fs'
import { type Browser, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headlessShellPath } from '../../scripts/tools/chromium.mjs'
import { choosePhotos, heading, waitForHydration } from '../e2e/browser-page'
import { builtCopy } from '../support/built-copy'
import { ALL_MODELS } from '../support/models'
import { freePort } from '../support/ports'
import { PAGES, startServer, type TestServer } from '../support/server'

/** Two builds in a row: a page of the first goes on with its own files until the visitor accepts the second. */

const LOADED = { timeout: 180_000 }

let browser: Browser
let second: string
let server: TestServer
beforeAll(async () => {
  second = builtCopy(
    {},
    {
      file: 'components/classify/empty-state.tsx',
      from: '<div className="mx-auto',
      to: '<div data-release="2" className="mx-auto',
    },
  )
  const executablePath = headlessShellPath()
  const args = ['--no-sandbox', '--disable-gpu']
  browser = await chromium.launch({ args, ...(executablePath && { executablePath }) })
}, 900_000)
afterAll(async () => {
  await browser?.close()
  await server?.stop()
  rmSync(second, { recursive: true, force: true })
})

const offer = (page: Page) => page.getByText('A new version is ready.')
const versions = (page: Page) =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('vision-offline')))
/** 1 if the start page is of the second build, else 0. */
const release = (page: Page) => page.locator('[data-release="2"]').count()

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await waitForHydration(page)
  // The first input loads what offers a new version.
  await page.keyboard.press('Shift')
}

test('a new version is offered, never forced, and never mixed with the old one', { timeout: 900_000 }, async () => {
  const env = { ...PAGES, ...ALL_MODELS, PORT: String(await freePort()) }
  server = await startServer({ env })
  const context = await browser.newContext()
  const failed: string[] = []
  context.on('response', (response) => {
    if (response.status() >= 400) failed.push(response.url())
  })
  const page = await context.newPage()
  await open(page, `${server.url}/?model=fast&device=browser`)
  await page.getByText('Works without a connection.').waitFor(LOADED)
  const other = await context.newPage()
  await open(other, server.url)
  const [first] = await versions(page)

  await server.stop()
  server = await startServer({ env, root: second })
  // Neither a reload nor code that is loaded only now comes from the new version.
  await open(page, server.url)
  expect(await release(page)).toBe(0)
  await offer(page).waitFor(LOADED)
  expect(await versions(page)).toHaveLength(2)
  await choosePhotos(page, 'koala.webp')
  await heading(page, 'koala').waitFor(LOADED)
  await page.getByText('on this device').waitFor(LOADED)
  expect(failed).toEqual([])

  await page.getByRole('button', { name: 'Reload' }).click()
  await heading(page, 'koala').waitFor(LOADED)
  await waitForHydration(page)
  await page.keyboard.press('Shift')
  // The other tab still has the first version, and its files.
  expect(await versions(page)).toHaveLength(2)
  await other.getByRole('button', { name: 'Choose photos' }).waitFor()
  expect(await release(other)).toBe(0)
  await choosePhotos(other, 'espresso.png')
  await heading(other, 'espresso').waitFor(LOADED)
  await offer(other).waitFor(LOADED)
  await other.getByRole('button', { name: 'Reload' }).click()
  await heading(other, 'espresso').waitFor(LOADED)

  // Nobody needs the first version anymore.
  await other.close()
  await open(page, server.url)
  await expect.poll(() => versions(page), { timeout: 60_000 }).toEqual([expect.not.stringContaining(first ?? 'none')])
  await context.setOffline(true)
  const last = await context.newPage()
  await open(last, server.url)
  expect(await release(last)).toBe(1)
  expect(failed).toEqual([])
})
