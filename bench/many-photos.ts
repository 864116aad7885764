import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'

/** How a page coped with many photos. */
export interface ManyPhotos {
  /** Seconds from choosing the photos to the last result on the page. */
  seconds: number
  /**
   * Milliseconds of each task that blocked the main thread for 50 ms or more. Of the one that hands the page its files,
   * only the part after that counts: before, the browser itself makes an object for each.
   */
  longTasks: readonly number[]
}

export type ManyPhotosPage = '/' | '/batch'

const TIMEOUT_MS = 300_000
const GALLERY = 'public/gallery'
const PHOTO = /\.(webp|png|jpg)$/

/**
 * Chooses many photos on a page at once and waits for their results. The photos are those of the gallery in turn, each
 * with bytes of its own, so that no result comes from the server's cache.
 *
 * @param round distinguishes the photos of repeated measurements on one server
 */
export async function manyPhotos(
  browser: Browser,
  origin: string,
  path: ManyPhotosPage,
  count: number,
  round: number,
): Promise<ManyPhotos> {
  const folder = mkdtempSync(join(tmpdir(), 'many-'))
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  try {
    const files = writePhotos(folder, count, `${path} ${round}`)
    await page.addInitScript(OBSERVE)
    await page.goto(`${origin}${path}`, { waitUntil: 'networkidle' })
    const started = performance.now()
    await page.locator(INPUT[path]).setInputFiles(files)
    await waitForResults(page, path, count)
    const seconds = (performance.now() - started) / 1000
    return { seconds, longTasks: await page.evaluate<number[]>('window.longTasks') }
  } finally {
    await page.close()
    rmSync(folder, { recursive: true })
  }
}

const INPUT: Record<ManyPhotosPage, string> = { '/': 'input[type=file][multiple]', '/batch': 'input[data-picks=files]' }

// A string, since tsx compiles nested functions to code that only runs in Node.
const OBSERVE = `
window.longTasks = []
let filesAt = Infinity
addEventListener('change', () => { filesAt = performance.now() }, true)
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    const pageHasFiles = Math.min(duration, startTime + duration - filesAt)
    if (pageHasFiles >= 50) window.longTasks.push(pageHasFiles)
  }
}).observe({ type: 'longtask' })
window.classified = (count) => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    for (const { name, responseStatus } of list.getEntries())
      if (name.includes('/api/classify') && responseStatus === 200 && --count === 0) resolve()
  }).observe({ type: 'resource' })
})`

async function waitForResults(page: Page, path: ManyPhotosPage, count: number): Promise<void> {
  if (path === '/batch') await page.getByText(/^Done\. The server/).waitFor({ timeout: TIMEOUT_MS })
  else await page.evaluate(`window.classified(${count})`)
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
}

/** Writes photos with distinct bytes: what follows the end of an image is ignored. */
function writePhotos(folder: string, count: number, salt: string): string[] {
  mkdirSync(folder, { recursive: true })
  const originals = readdirSync(GALLERY)
    .filter((name) => PHOTO.test(name))
    .map((name) => ({ name, bytes: readFileSync(join(GALLERY, name)) }))
  return Array.from({ length: count }, (_, at) => {
    const { name, bytes } = originals[at % originals.length] as (typeof originals)[number]
    const path = join(folder, `${String(at).padStart(4, '0')}-${name}`)
    writeFileSync(path, Buffer.concat([bytes, Buffer.from(`${salt} ${at}`)]))
    return path
  })
}
