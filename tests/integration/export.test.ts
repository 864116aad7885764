import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GALLERY_PHOTOS } from '../../lib/shared/gallery/samples'
import { toolScript } from '../../scripts/steps.mjs'
import { chromiumPath } from '../../scripts/tools/chromium.mjs'
import { failOnPageErrors, heading, waitForHydration } from '../e2e/browser-page'
import { serveFolder } from '../support/file-server'
import { FULL } from '../support/full'

/** `npm run export`, on a host that only serves files, in a real browser. */

/** The runtime and a model are loaded and compiled first, on a machine that runs other tests meanwhile. */
const LOADED = { timeout: 120_000 }
/** The pages are built for another base path first. */
const BUILT_MS = 900_000

let folder: string
let browser: Browser
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'))
  const executablePath = chromiumPath()
  browser = await chromium.launch({
    args: ['--no-sandbox', '--disable-gpu'],
    ...(executablePath && { executablePath }),
  })
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function runExport(...args: string[]): Promise<string> {
  const script = [toolScript('tsx'), join('scripts', 'export', 'export.ts')]
  const { stdout } = await promisify(execFile)(process.execPath, [...script, ...args], { timeout: BUILT_MS })
  return stdout
}

/** What goes wrong on a page, and requests that leave the site. What a navigation cancels is no failure. */
function watch(page: Page, site: string): string[] {
  const faults: string[] = []
  failOnPageErrors(page)
  page.on('response', (reply) => reply.status() >= 400 && faults.push(`${reply.status()} ${reply.url()}`))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    if (reason !== 'net::ERR_ABORTED') faults.push(`${reason} ${request.url()}`)
  })
  page.on('request', (request) => {
    const { origin, pathname, protocol } = new URL(request.url())
    const isHere = `${origin}${pathname}/`.startsWith(`${site}/`) || /^(blob|data):$/.test(protocol)
    if (!isHere || request.method() !== 'GET') faults.push(`${request.method()} ${request.url()}`)
  })
  return faults
}

async function openPage(page: Page, name: string): Promise<void> {
  await waitForHydration(page)
  await page.getByRole('banner').getByRole('link', { name }).click()
}

describe.each(FULL ? ['', '/tools/vision'] : [''])('at %j', (base) => {
  let host: Awaited<ReturnType<typeof serveFolder>>
  let context: BrowserContext
  let page: Page
  let site: string
  let faults: string[]
  beforeAll(async () => {
    const out = join(folder, base === '' ? 'root' : `above${base}`)
    const summary = await runExport('--out', out, '--base-path', base, '--url', `https://example.org${base}`)
    expect(summary).toMatch(/\d MB {2}in \d+ files/)
    host = await serveFolder(base === '' ? out : join(folder, 'above'))
    site = host.url + base
    context = await browser.newContext({ locale: 'en' })
    context.setDefaultTimeout(30_000)
    page = await context.newPage()
    faults = watch(page, site)
  }, BUILT_MS)
  afterAll(async () => {
    await context?.close()
    await host?.stop()
  })

  /** A page in a browser that doesn't know the site yet, so that it is isolated while it is used. */
  async function firstVisit(path: string): Promise<Page> {
    const visitor = await browser.newContext({ locale: 'en' })
    visitor.setDefaultTimeout(30_000)
    const opened = await visitor.newPage()
    faults = watch(opened, site)
    await opened.goto(site + path)
    await waitForHydration(opened)
    return opened
  }

  test('classifies a photo in the browser, with no choice of a server', async () => {
    await page.goto(`${site}/?model=fast`)
    await waitForHydration(page)
    await page.getByRole('button', { name: 'Classify a goldfish' }).click()
    await heading(page, 'goldfish').waitFor(LOADED)
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    await page.getByRole('button', { name: /Fast model/ }).click()
    await page.getByText('Min. score').first().waitFor()
    expect(await page.getByText('This server', { exact: true }).count()).toBe(0)
    expect(faults).toEqual([])
  }, 180_000)

  test('opens photos of the gallery, keeps them over a reload, and has every page of the navigation', async () => {
    await openPage(page, 'Gallery')
    await page.getByRole('article').filter({ hasText: 'koala' }).getByRole('link').first().click()
    await heading(page, 'koala').waitFor(LOADED)
    await page.reload()
    await heading(page, 'koala').waitFor(LOADED)
    for (const name of ['Models', 'Batch', 'Train', 'History', 'Compare']) {
      await openPage(page, name)
      await page.waitForURL(`${site}/${name.toLowerCase()}`)
      await page.getByRole('banner').getByRole('link', { name, exact: true, includeHidden: true }).waitFor()
      expect(await page.locator('[aria-current=page]').first().textContent()).toBe(name)
    }
    expect(faults).toEqual([])
  }, 180_000)

  test('runs a batch, keeps it over a reload, and exports it', async () => {
    const page = await firstVisit('/batch')
    await page.getByText(/Photos stay in this browser/).waitFor()
    expect(await page.getByText('This server', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: /^Try \d+ sample photos$/ }).click()
    const done = page.getByText(/^Done\. This browser keeps the results/)
    await done.waitFor(LOADED)
    await page.reload()
    await done.waitFor(LOADED)
    await page.getByRole('button', { name: 'Export' }).click()
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^Download \d+ rows$/ }).click(),
    ])
    const rows = readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(rows).toHaveLength(GALLERY_PHOTOS + 1)
    await page.keyboard.press('Escape')
    await page.context().close()
    expect(faults).toEqual([])
  }, 180_000)

  test('teaches a model, saves it in the browser, and classifies with it', async () => {
    const page = await firstVisit('/train')
    await page.getByText('Your photos stay in this browser, which computes their features, too.').waitFor()
    await page.getByRole('button', { name: 'Try it with sample photos' }).click()
    await page.getByTestId('accuracy').waitFor(LOADED)
    expect(await page.getByText('This server', { exact: true }).count()).toBe(0)
    await page.getByLabel('Name', { exact: true }).fill('Kinds of things')
    await page.getByRole('button', { name: 'Save on this device' }).click()
    await page.getByRole('link', { name: 'Classify photos with it' }).click()
    await waitForHydration(page)
    await page.getByRole('button', { name: 'Classify a goldfish' }).click()
    await page.getByRole('heading', { name: 'Animals' }).waitFor(LOADED)
    await page.context().close()
    expect(faults).toEqual([])
  }, 180_000)

  test('speaks the visitor’s language, and works without the host', async () => {
    await waitForHydration(page)
    await page.getByRole('button', { name: 'Theme and language' }).click()
    await page.getByText('Deutsch').click()
    faults = watch(page, site)
    await openPage(page, 'Modelle')
    await page.waitForURL(`${site}/models`)
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    expect(faults).toEqual([])
    await host.stop()
    await page.goto(`${site}/batch`)
    await page.getByRole('heading', { name: 'Fotostapel klassifizieren' }).waitFor()
    await page.goto(`${site}/compare`)
    await page.getByRole('link', { name: 'Verlauf' }).first().waitFor()
  }, 120_000)

  test('names the address of the site in previews of links, and nothing of the machine that made it', () => {
    const home = readFileSync(join(folder, base === '' ? 'root' : `above${base}`, 'index.html'), 'utf8')
    expect(home).toContain(`content="https://example.org${base}/opengraph-image.png`)
    expect(home).not.toMatch(/127\.0\.0\.1|site\.invalid|nonce="/)
  })
})

test('explains itself, and refuses what it can’t do with one line', async () => {
  expect(await runExport('--help')).toContain('--base-path')
  await expect(runExport('--base-path', 'vision')).rejects.toThrow(/BASE_PATH="vision" is not allowed/)
  await expect(runExport('--url', 'example.org')).rejects.toThrow(/--url "example.org" is not allowed/)
  const other = mkdtempSync(join(folder, 'other-'))
  writeFileSync(join(other, 'mine.txt'), 'mine')
  await expect(runExport('--out', other)).rejects.toThrow(/has other files/)
  expect(existsSync(join(other, 'mine.txt'))).toBe(true)
}, 60_000)
