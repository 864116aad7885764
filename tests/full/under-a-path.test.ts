import { rmSync } from 'node:fs'
import { type Browser, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hashPassword } from '@/lib/server/auth/password'
import type { Job } from '@/lib/shared/contract/jobs'
import { chromiumPath } from '../../scripts/tools/chromium.mjs'
import { builtCopy } from '../support/built-copy'
import { answer, classify, refusal } from '../support/http'
import { jobDone } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { ALL_MODELS } from '../support/models'
import { espresso } from '../support/photos'
import { isInstalled, startNginxUnder } from '../support/reverse-proxies'
import { PAGES, startServer, type TestServer } from '../support/server'
import { vision } from '../support/vision'

/** The app built with a base path, behind nginx as documented. */
const BASE = '/vision'
const NGINX = isInstalled('nginx')
const PASSWORD = 'correct horse battery'
let root: string
let server: TestServer
let guarded: TestServer
let browser: Browser

beforeAll(async () => {
  root = builtCopy({ BASE_PATH: BASE })
  server = await startServer({ root, env: { ...PAGES, ...ALL_MODELS, BASE_PATH: BASE, METRICS: 'on' } })
  // Pages in front of it that require a password.
  const front = { ...PAGES, API_URL: server.url, BASIC_AUTH: `ada:${await hashPassword(PASSWORD)}` }
  guarded = await startServer({ root, env: front })
  const executablePath = chromiumPath()
  browser = await chromium.launch({
    args: ['--no-sandbox', '--disable-gpu'],
    ...(executablePath && { executablePath }),
  })
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await guarded?.stop()
  await server?.stop()
  rmSync(root, { recursive: true, force: true })
})

/** The status of a URL in a response, requested from the same host. */
async function followed(host: string, address: string | null | undefined): Promise<number> {
  expect(address).toMatch(/^\/vision\//)
  return (await fetch(host + address)).status
}

describe.each([
  ['that strips the path', true],
  ['that keeps the path', false],
])('behind a proxy %s', (_, stripped) => {
  let proxy: Awaited<ReturnType<typeof startNginxUnder>>
  beforeAll(async () => {
    if (NGINX) proxy = await startNginxUnder(server.url, BASE, { stripped })
  })
  beforeEach(({ skip }) => {
    if (!NGINX) skip('requires nginx (Debian: apt install nginx-light)')
  })
  afterAll(() => proxy?.stop())

  test('serves the API, and all URLs in its responses work', async () => {
    const site = proxy.url + BASE
    expect((await answer(classify(site, espresso))).predictions[0]?.label).toBe('espresso')
    const made = await fetch(`${site}/api/jobs?model=fast`, { method: 'POST', body: formOf(distinctPhotos(3)) })
    const { id } = (await made.json()) as Job
    expect(await followed(proxy.url, made.headers.get('location'))).toBe(200)
    const events = await (await fetch(`${site}/api/jobs/${id}/events`)).text()
    expect(events.match(/^event: result$/gm)).toHaveLength(3)
    await jobDone(site, id)
    const page = await fetch(`${site}/api/jobs/${id}/results?cursor=&limit=2`)
    const next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
    expect(await followed(proxy.url, next)).toBe(200)
    const { servers, paths } = await (await fetch(`${site}/api/openapi.json`)).json()
    expect([servers, paths['/api/classify'] !== undefined]).toEqual([[{ url: BASE }], true])
    await refusal(fetch(`${site}/api/nothing`), 404, 'not_found')
    const asked = await vision(['classify', 'public/gallery/koala.webp', '--server', site])
    expect([asked.code, asked.out]).toEqual([0, expect.stringContaining('koala')])
  })

  test('serves the home page with and without a trailing slash, the manifest and 404 pages', async () => {
    for (const path of [BASE, `${BASE}/`]) {
      const reply = await fetch(proxy.url + path)
      expect([reply.status, await reply.text()]).toEqual([200, expect.stringContaining('Classify a photo')])
      expect(reply.headers.get('content-security-policy')).toContain('strict-dynamic')
    }
    const { scope, start_url, icons } = await (await fetch(`${proxy.url}${BASE}/manifest.webmanifest`)).json()
    expect(start_url.startsWith(scope)).toBe(true)
    for (const address of [start_url, ...icons.map(({ src }: { src: string }) => src)]) {
      expect([address, (await fetch(proxy.url + address)).status]).toEqual([address, 200])
    }
    expect((await fetch(`${proxy.url}${BASE}/models/`)).url).toMatch(/^[^?]*\/vision\/models\/?$/)
    expect((await fetch(`${proxy.url}${BASE}/nowhere`)).status).toBe(404)
    expect((await fetch(`${proxy.url}${BASE}${BASE}/models`)).status).toBe(stripped ? 200 : 404)
  })

  test('serves pages with a password in front of a remote API', async () => {
    const front = await startNginxUnder(guarded.url, BASE, { stripped })
    try {
      const site = front.url + BASE
      const headers = { authorization: `Basic ${Buffer.from(`ada:${PASSWORD}`).toString('base64')}` }
      for (const path of ['', '/models', '/api/models', '/icons/../models']) {
        expect([path, (await fetch(site + path)).status]).toEqual([path, 401])
        expect([path, (await fetch(site + path, { headers })).status]).toEqual([path, 200])
      }
      expect((await fetch(`${site}/manifest.webmanifest`)).status).toBe(200)
      const made = await fetch(`${site}/api/jobs`, { method: 'POST', body: formOf(distinctPhotos(1)), headers })
      expect(made.headers.get('location')).toMatch(/^\/vision\/api\/jobs\/\w/)
      const { servers } = await (await fetch(`${site}/api/openapi.json`, { headers })).json()
      expect(servers).toEqual([{ url: BASE }])
    } finally {
      await front.stop()
    }
  })

  test('pages in a browser request nothing outside the path', async () => {
    const context = await browser.newContext({ baseURL: proxy.url, locale: 'en' })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    context.setDefaultTimeout(15_000)
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('response', (reply) => reply.status() >= 400 && faults.push(`${reply.status()} ${reply.url()}`))
    await classifies(page)
    // The rest doesn't depend on the proxy.
    if (stripped) await comparesAndRemembers(page)
    await runsABatch(page)
    if (stripped) await speaksGerman(page)
    expect([faults, proxy.outside()]).toEqual([[], []])
    await context.close()
  })
})

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()

/** From the home page via a sample and via the gallery to a result, which survives a reload. */
async function classifies(page: Page): Promise<void> {
  await page.goto(`${BASE}/`)
  await page.getByRole('button', { name: 'Classify a goldfish' }).click()
  await heading(page, 'goldfish')
  await page.getByRole('banner').getByRole('link', { name: 'Gallery' }).click()
  await page.getByRole('article').filter({ hasText: 'koala' }).getByRole('link').first().click()
  await heading(page, 'koala')
  await page.reload()
  await heading(page, 'koala')
  await page.getByRole('button', { name: 'Why this label?' }).click()
  await page.getByText(/model runs/).waitFor()
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('menuitem', { name: 'API request (cURL)' }).click()
  await page.getByText('cURL copied').waitFor()
  const origin = new URL(page.url()).origin
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`'${origin}${BASE}/api/classify?`)
  await page.goBack()
  await page.goForward()
  await heading(page, 'koala')
}

async function comparesAndRemembers(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Compare models' }).click()
  await page.getByText('All 3 models agree').waitFor()
  await page.reload()
  await page.getByText('All 3 models agree').waitFor()
  await page.getByRole('banner').getByRole('link', { name: 'History' }).click()
  await heading(page, 'Review your history')
  await page.getByText('koala.webp').first().waitFor()
  await page.getByRole('banner').getByRole('link', { name: 'Models' }).click()
  await page.getByRole('button', { name: 'Measure' }).first().click()
  await page
    .getByText(/ms inference,/)
    .first()
    .waitFor()
}

/** A batch with its events, reopened by its URL. */
async function runsABatch(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('link', { name: 'Batch' }).click()
  await heading(page, 'Classify a batch')
  const photos = ['koala', 'goldfish', 'volleyball'].map((name) => `public/gallery/${name}.webp`)
  await page.locator('input[data-picks=files]').setInputFiles(photos)
  await page.getByText(/^Done\./).waitFor()
  await page.reload()
  await page.getByRole('row').filter({ hasText: 'volleyball' }).first().waitFor()
}

/** The choice of a language is a cookie of the path. */
async function speaksGerman(page: Page): Promise<void> {
  await page.goto(BASE)
  await page.getByRole('button', { name: 'Theme and language' }).click()
  await page.getByText('Deutsch').click()
  await page.getByRole('banner').getByRole('link', { name: 'Galerie' }).waitFor()
  const cookies = await page.context().cookies()
  expect(cookies.map(({ name, value, path }) => [name, value, path])).toEqual([['locale', 'de', BASE]])
  await page.getByRole('banner').getByRole('link', { name: 'Galerie' }).click()
  await heading(page, 'Foto aus der Galerie wählen')
  await page.reload()
  await heading(page, 'Foto aus der Galerie wählen')
}

test('load balancers and scrapers can omit the path, also for the home page', async () => {
  const { origin } = new URL(server.url)
  for (const path of ['/health/ready', '/metrics', '/', '/?photo=koala.webp', '//']) {
    for (const place of [origin, server.url]) {
      expect([place + path, (await fetch(place + path)).status]).toEqual([place + path, 200])
    }
  }
  // Logged by the path within the app, whatever was requested.
  await answer(classify(server.url, espresso))
  await server.printed(/"path":"\/api\/classify","status":200/)
})

test('a server with another BASE_PATH than its build refuses to start with a one-line error', async () => {
  const other = startServer({ root, env: { BASE_PATH: '/other' } })
  await expect(other).rejects.toThrow(
    /stopped with 1:\nBASE_PATH="\/other", but this server was built with BASE_PATH=\/vision; rebuild it with [^\n]+\n$/,
  )
})
