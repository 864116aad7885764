import { type Browser, chromium } from '@playwright/test'
import { chromiumPath } from '../scripts/tools/chromium.mjs'
import { koalaCamera } from '../tests/support/film'
import { median } from './measure'

/** The rate that the page shows is an average over its last twelve frames. */
const SAMPLES = 6
const SAMPLE_MS = 1_500
const TIMEOUT_MS = 120_000
const PLACES = { 'this device': '&device=browser', 'this server': '' }

/** Frames per second of the live camera that the page shows, classified in turn on this device and on the server. */
export async function cameraRates(url: string, model: string, rounds: number): Promise<void> {
  const executablePath = chromiumPath()
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-gpu', ...(await koalaCamera())],
  })
  const rates = new Map<string, number[]>()
  try {
    for (let round = 0; round < rounds; round++)
      for (const [place, query] of Object.entries(PLACES))
        rates.set(place, [...(rates.get(place) ?? []), ...(await samples(browser, `${url}/?model=${model}${query}`))])
  } finally {
    await browser.close()
  }
  const shown = [...rates].map(([place, list]) => `${place} ${median(list).toFixed(1)}`)
  console.log(`\nLive camera of 480 × 640, frames/s: ${shown.join(', ')}`)
}

async function samples(browser: Browser, url: string): Promise<number[]> {
  const context = await browser.newContext({ permissions: ['camera'], serviceWorkers: 'block' })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(TIMEOUT_MS)
    await page.goto(`${url}#camera`)
    const rate = page.getByText(/^\d+(\.\d)? fps/)
    await rate.waitFor()
    const list: number[] = []
    for (let sample = 0; sample < SAMPLES; sample++) {
      await page.waitForTimeout(SAMPLE_MS)
      list.push(Number.parseFloat((await rate.textContent()) ?? ''))
    }
    return list.slice(1)
  } finally {
    await context.close()
  }
}
