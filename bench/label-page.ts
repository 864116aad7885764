import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { chromiumPath } from '../scripts/tools/chromium.mjs'
import { startServer } from '../tests/support/server'
import { median } from './measure'

const PHOTOS = '../shared/eval'
const LABELS = ['one', 'two', 'three']
const TIMEOUT_MS = 600_000

// A string, since tsx compiles nested functions to code that only runs in Node.
const OBSERVE = `
window.longTasks = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.longTasks.push([startTime, duration])
}).observe({ type: 'longtask' })
window.steps = []
window.urls = 0
for (const [name, change] of [['createObjectURL', 1], ['revokeObjectURL', -1]]) {
  const original = URL[name].bind(URL)
  URL[name] = (value) => { window.urls += change; return original(value) }
}
addEventListener('keydown', ({ key }) => {
  if (!/^[1-9]$/.test(key)) return
  const start = performance.now()
  const shown = document.querySelector('[data-testid=photo]')?.alt
  const check = () => {
    const photo = document.querySelector('[data-testid=photo]')
    if (photo && photo.alt !== shown && photo.complete) window.steps.push(performance.now() - start)
    else if (performance.now() - start < 5000) requestAnimationFrame(check)
  }
  requestAnimationFrame(check)
}, true)`

/** Labels many photos in the page by keys, and prints what blocked its main thread and how fast photos followed. */
export async function labelingPage(count: number): Promise<void> {
  if (!existsSync(PHOTOS)) return console.log(`skipped, because ${PHOTOS} is not there`)
  const files = readdirSync(PHOTOS)
    .filter((name) => name.endsWith('.jpg'))
    .slice(0, count)
    .map((name) => join(PHOTOS, name))
  const server = await startServer({ env: { LOG_LEVEL: 'warn' } })
  const executablePath = chromiumPath()
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(TIMEOUT_MS)
    await page.addInitScript(OBSERVE)
    await page.goto(`${server.url}/train#label`, { waitUntil: 'networkidle' })
    await page.locator('input[type=file]').first().setInputFiles(files)
    await page.getByTestId('photo').waitFor()
    const reading = await ready(page)
    for (const label of LABELS) {
      await page.keyboard.type(`${label}\n`)
      await page.waitForTimeout(500)
    }
    const start = await page.evaluate<number>('performance.now()')
    const left = Number(/(\d+) left/.exec((await page.getByTestId('label-progress').textContent()) ?? '')?.[1])
    // After the last one, there is no next photo.
    for (let step = 1; step < left; step++) await press(page, step)
    const tasks = await page.evaluate<[number, number][]>('window.longTasks')
    const steps = (await page.evaluate<number[]>('window.steps')).sort((a, b) => a - b)
    const during = tasks.filter(([at]) => at >= start).map(([, ms]) => ms)
    const ms = (value: number | undefined) => `${(value ?? 0).toFixed(0)} ms`
    console.log(
      `${left} photos labeled by key: the next one is shown after ${ms(median(steps))} (99 of 100: ${ms(steps[Math.floor(0.99 * steps.length)])}); ${during.length} long tasks, the longest ${ms(Math.max(0, ...during))}. While they were read (${reading.toFixed(0)} s): ${tasks.length - during.length}, the longest ${ms(Math.max(0, ...tasks.filter(([at]) => at < start).map(([, value]) => value)))}. Object URLs made and not revoked: ${await page.evaluate<number>('window.urls')}`,
    )
  } finally {
    await browser.close()
    await server.stop()
  }
}

/** Waits until all photos are read. @returns seconds */
async function ready(page: Page): Promise<number> {
  const start = performance.now()
  await page.getByText(/^Reading photos/).waitFor({ state: 'detached' })
  return (performance.now() - start) / 1000
}

/** Takes the best guess, and waits until the next photo is shown. */
async function press(page: Page, step: number): Promise<void> {
  await page.keyboard.press('1')
  const polling = 'raf'
  await page.waitForFunction((count) => (window as unknown as { steps: number[] }).steps.length >= count, step, {
    polling,
  })
}
