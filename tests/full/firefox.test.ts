import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import { type Firefox, type FirefoxPage, firefoxPath, startFirefox } from '../../scripts/tools/firefox.mjs'
import { ALL_MODELS } from '../support/models'
import { goldenPhotos, madePhotos, meanDifference } from '../support/parity-photos'
import { PAGES, startServer, type TestServer } from '../support/server'

/** Firefox gives the same results on the device as the server, and every page works in it. */

const EVAL = '../shared/eval'
const PHOTOS = 100
const MODEL = 'fast'
const TIMEOUT_MS = 60_000
/** For the first photo of a page: its model is loaded from this machine. */
const STARTED_MS = 15_000
const ATTEMPTS = 10
const PATHS = ['/', '/batch', '/train', '/compare', '/gallery', '/history', '/models', '/api-docs', '/about']

const path = firefoxPath()
if (!path) console.log('skipped: Firefox, because it is not installed (Debian: apt-get install firefox-esr)')
const there = existsSync(EVAL)
if (!there) console.log(`skipped: many photos in Firefox, because ${EVAL} does not exist`)

let server: TestServer
let firefox: Firefox
const errors: string[] = []
beforeAll(async () => {
  if (!path) return
  server = await startServer({ env: { ...PAGES, ...ALL_MODELS } })
  firefox = await startFirefox(path)
}, 300_000)
afterAll(async () => {
  await firefox?.close()
  await server?.stop()
})

async function open(address: string): Promise<FirefoxPage> {
  const page = await firefox.newPage()
  page.on('pageerror', ({ message }) => errors.push(`${address}: ${message}`))
  await page.goto(`${server.url}${address}`)
  await page.waitForFunction(isHydrated, { timeout: TIMEOUT_MS }, null)
  return page
}

const isHydrated = () => Object.keys(document.querySelector('main') ?? {}).some((key) => key.startsWith('__react'))

/**
 * A page that classifies on the device. While WebDriver BiDi drives Firefox, a worker that starts other workers sometimes
 * blocks for good: in one of four pages, which are left alone. Without it, that never happens.
 */
async function openOnDevice(): Promise<FirefoxPage> {
  for (let attempt = 1; ; attempt++) {
    const page = await open(`/?model=${MODEL}&device=browser`)
    try {
      await choose(page, 'public/gallery/koala.webp', STARTED_MS)
      return page
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await page.close()
    }
  }
}

/** Chooses a photo, and waits for its result from the device. */
async function choose(page: FirefoxPage, file: string, timeout = TIMEOUT_MS): Promise<void> {
  await (await page.$('input[type=file][multiple]'))?.uploadFile(resolve(file))
  const chosen = (name: string) => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>(`button[aria-label^="${name}"]`)]
    const caption = document.querySelector('main figure figcaption')?.textContent ?? ''
    if (!caption.startsWith(name)) buttons.at(-1)?.click()
    const text = document.querySelector('main')?.textContent ?? ''
    return caption.startsWith(name) && text.includes('on this device · decode')
  }
  await page.waitForFunction(chosen, { timeout }, basename(file))
}

/** The label that is shown, and its score in percent. */
const shown = (page: FirefoxPage) =>
  page.evaluate(() => {
    const cells = [...document.querySelectorAll('main table tr:has(td) > *')].map(({ textContent }) => textContent)
    return { label: cells[0] ?? '', percent: Number.parseFloat(cells[1] ?? '') }
  }, null)

/** What the model saw, as a data URL. */
const preview = (page: FirefoxPage) =>
  page.evaluate(async () => {
    const named = (text: string) => [...document.querySelectorAll('button')].find((one) => one.textContent === text)
    if (named('What the model saw')?.getAttribute('aria-expanded') !== 'true') named('What the model saw')?.click()
    for (let tries = 0; tries < 1000; tries++) {
      const image = document.querySelector<HTMLImageElement>('img[alt="The part of the photo that the model saw"]')
      if (image?.src) return image.src
      await new Promise((next) => setTimeout(next, 20))
    }
    return ''
  }, null)

async function fromServer(file: string, query = ''): Promise<Classification> {
  const url = `${server.url}/api/classify?model=${MODEL}&top_k=10${query}`
  return (await (await fetch(url, { method: 'POST', body: readFileSync(file) })).json()) as Classification
}

test.skipIf(!path)(
  'the model receives the same pixels as on the server, in every format',
  { timeout: 600_000 },
  async () => {
    console.log(await firefox.version())
    const different: [file: string, mean: number][] = []
    const page = await openOnDevice()
    for (const file of [...(await madePhotos()), ...goldenPhotos()]) {
      await choose(page, file)
      const expected = (await fromServer(file, '&preview=1')).preview?.image ?? ''
      const mean = await meanDifference(await preview(page), expected)
      if (mean > (file.endsWith('.avif') ? 0.5 : 0)) different.push([basename(file), mean])
    }
    await page.close()
    expect(different).toEqual([])
  },
)

test.skipIf(!path || !there)(
  'the labels of many photos are the same, and their scores',
  { timeout: 600_000 },
  async () => {
    const files = readdirSync(EVAL).filter((name) => name.endsWith('.jpg'))
    const step = Math.floor(files.length / PHOTOS)
    const page = await openOnDevice()
    const different: string[] = []
    for (const name of files.filter((_, at) => at % step === 0)) {
      await choose(page, join(EVAL, name))
      const [best] = (await fromServer(join(EVAL, name))).predictions
      const { label, percent } = await shown(page)
      if (label !== best?.label || Math.abs(percent - 100 * best.score) > 1)
        different.push(`${name}: ${label} ${percent}`)
    }
    console.log(`different: ${different.join(', ') || 'none'}`)
    expect(different.length).toBeLessThanOrEqual(1)
  },
)

test.skipIf(!path)('every page works in Firefox', { timeout: 300_000 }, async () => {
  for (const address of PATHS) await (await open(address)).close()
  expect(errors).toEqual([])
})
