// npm run bench -- page: Lighthouse's report on every page (`--runs 3`, `--pages /,/batch`; `--phone calibrated` for a
// processor as slow as a Pixel 5's on any machine, instead of four times slower than this one's); when the largest element
// of `/` is painted, as the median of several loads in a new browser (`--loads 5`); how smoothly a table of 10,000
// photos scrolls; and how long many photos take on `/` and on `/batch` (`--photos 300`, 0 to skip; `--rounds 3`). A
// phone is emulated as in Lighthouse: a CPU four times slower and a mobile network.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test'
import { chromiumPath } from '../scripts/tools/chromium.mjs'
import { startServer } from '../tests/support/server'
import { lighthouseReport, phoneSlowdown } from './lighthouse'
import { machine } from './machine'
import { type ManyPhotos, manyPhotos } from './many-photos'
import { median } from './measure'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    runs: { type: 'string', default: '3' },
    phone: { type: 'string', default: 'default' },
    pages: { type: 'string', default: '/,/batch,/train,/compare,/gallery,/history,/models,/api-docs,/about' },
    loads: { type: 'string', default: '5' },
    photos: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
  },
})
const GOAL_MS = 1500

interface Network {
  /** Round-trip time in milliseconds. */
  rtt: number
  /** Download speed in Mbit/s. */
  down: number
}

interface Visitor {
  name: string
  viewport: { width: number; height: number }
  slower: number
  network: Network | null
}

const PHONE = { width: 390, height: 844 }
const VISITORS: readonly Visitor[] = [
  { name: 'desktop, this machine', viewport: { width: 1280, height: 800 }, slower: 1, network: null },
  { name: 'phone, 4G (10 Mbit/s, 40 ms)', viewport: PHONE, slower: 4, network: { rtt: 40, down: 10 } },
  { name: 'phone, slow 4G (1.6 Mbit/s, 150 ms)', viewport: PHONE, slower: 4, network: { rtt: 150, down: 1.6 } },
]

async function throttle(session: CDPSession, { slower, network }: Visitor): Promise<void> {
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
  if (!network) return
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: network.rtt,
    downloadThroughput: (network.down * 1e6) / 8,
    uploadThroughput: (network.down * 1e6) / 16,
  })
}

interface Paint {
  first: number
  largest: number
}

/** The browser's performance entries of one type, with milliseconds since the start of the navigation. */
function entries(page: Page, type: string): Promise<{ name: string; startTime: number }[]> {
  return page.evaluate(
    (kind) =>
      new Promise((resolve) => {
        new PerformanceObserver((list) =>
          resolve(list.getEntries().map(({ name, startTime }) => ({ name, startTime }))),
        ).observe({ type: kind, buffered: true })
      }),
    type,
  )
}

async function paint(page: Page): Promise<Paint> {
  const [paints, largest] = [await entries(page, 'paint'), await entries(page, 'largest-contentful-paint')]
  const first = paints.find(({ name }) => name === 'first-contentful-paint')
  return { first: first?.startTime ?? Number.NaN, largest: largest.at(-1)?.startTime ?? Number.NaN }
}

function launch(): Promise<Browser> {
  const executablePath = chromiumPath()
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
}

async function load(url: string, visitor: Visitor): Promise<Paint> {
  const browser = await launch()
  try {
    const page = await browser.newPage({ viewport: visitor.viewport })
    await throttle(await page.context().newCDPSession(page), visitor)
    await page.goto(url, { waitUntil: 'networkidle' })
    return await paint(page)
  } finally {
    await browser.close()
  }
}

const PHOTOS_OF_THE_TABLE = 10_000
const SCROLL_MS = 4000

// A string, since tsx compiles nested functions to code that only runs in Node.
const SCROLL = `new Promise((resolve) => {
  const scroller = document.querySelector('section[aria-label^="Photos"]')
  const frames = []
  const start = performance.now()
  let [last, rows] = [start, 0]
  requestAnimationFrame(function step(now) {
    frames.push(now - last)
    last = now
    rows = Math.max(rows, scroller.querySelectorAll('tbody tr').length)
    scroller.scrollTop = (scroller.scrollHeight * (now - start)) / ${SCROLL_MS}
    if (now - start < ${SCROLL_MS}) requestAnimationFrame(step)
    else resolve({ frames: frames.slice(1), rows })
  })
})`

/** Milliseconds between frames while a table of many photos is scrolled, and the most rows in the document. */
async function scrollTable(url: string): Promise<{ frames: number[]; rows: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'table-'))
  const browser = await launch()
  try {
    for (let at = 0; at < PHOTOS_OF_THE_TABLE; at++) {
      copyFileSync('public/gallery/thumbs/koala.webp', join(folder, `${at}.webp`))
    }
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(`${url}/batch`, { waitUntil: 'networkidle' })
    await page.locator('input[data-picks=folder]').setInputFiles(folder)
    await page.getByText(/^Done\. The server/).waitFor({ timeout: 120_000 })
    return await page.evaluate<{ frames: number[]; rows: number }>(SCROLL)
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true })
  }
}

/** Lighthouse's own. */
const LIGHTHOUSE_SLOWDOWN = 4
const COLUMNS = [
  'page',
  'perf',
  'CLS',
  'LCP s',
  'slow s',
  'TBT ms',
  'a11y',
  'best',
  'SEO',
  'JS KB',
  'CPU',
  'back/forward cache',
]

/** Prints Lighthouse's report on each page, a row each. */
async function printLighthouse(url: string): Promise<void> {
  const row = ([first = '', ...cells]: readonly string[]) =>
    first.padEnd(12) + cells.map((cell, at) => (at === cells.length - 1 ? `  ${cell}` : cell.padStart(8))).join('')
  const slowdown = values.phone === 'calibrated' ? await phoneSlowdown(`${url}/about`) : LIGHTHOUSE_SLOWDOWN
  console.log(
    `Lighthouse, its phone with a processor ${slowdown.toFixed(1)} times slower than this one, median of ${values.runs} runs. LCP: estimated from a load without throttling; slow: measured on its slow network and processor. CPU: Lighthouse's index of this processor (a Pixel 5: 1000)\n${row(COLUMNS)}`,
  )
  for (const path of values.pages.split(',')) {
    const report = await lighthouseReport(url, path, Number(values.runs), slowdown)
    const {
      performance,
      accessibility,
      bestPractices,
      seo,
      layoutShift,
      largestPaint,
      throttledPaint,
      blocked,
      script,
    } = report
    const seconds = (ms: number) => (ms / 1000).toFixed(2)
    const reasons = report.backForwardFailures.join('; ')
    console.log(
      row([
        path,
        String(performance),
        layoutShift.toFixed(3),
        seconds(largestPaint),
        seconds(throttledPaint),
        blocked.toFixed(0),
        ...[accessibility, bestPractices, seo].map(String),
        (script / 1000).toFixed(0),
        report.processorIndex.toFixed(0),
        reasons || 'yes',
      ]),
    )
  }
}

/** Prints when `/` is painted for each kind of visitor. */
async function printPaints(url: string): Promise<void> {
  console.log(`\nmedian of ${values.loads} loads of / with an empty cache; goal: ${GOAL_MS} ms`)
  for (const visitor of VISITORS) {
    const paints: Paint[] = []
    for (let i = 0; i < Number(values.loads); i++) paints.push(await load(url, visitor))
    const [first, largest] = [median(paints.map((one) => one.first)), median(paints.map((one) => one.largest))]
    console.log(
      `${visitor.name.padEnd(38)} first paint ${first.toFixed(0).padStart(5)} ms   largest ${largest.toFixed(0).padStart(5)} ms`,
    )
  }
}

/** Prints how smoothly the long table scrolls. */
async function printScrolling(url: string): Promise<void> {
  const { frames, rows } = await scrollTable(url)
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1)
  const perSecond = (1000 * frames.length) / frames.reduce((sum, ms) => sum + ms, 0)
  console.log(
    `\ntable of ${PHOTOS_OF_THE_TABLE} photos, scrolled from end to end in ${SCROLL_MS / 1000} s: ${perSecond.toFixed(0)} frames/s, median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms; at most ${rows} rows in the document`,
  )
}

const MOST_TIMES = 1.5
const MOST_TASK_MS = 100

/** Prints how long many photos take on `/`, compared with `/batch`, and how much they block the page. */
async function printManyPhotos(url: string, count: number): Promise<void> {
  console.log(
    `\n${count} photos at once, median of ${values.rounds} rounds; goal: / takes ${MOST_TIMES} × the time of /batch, no task over ${MOST_TASK_MS} ms`,
  )
  const rounds: Record<'/' | '/batch', ManyPhotos[]> = { '/batch': [], '/': [] }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const path of ['/batch', '/'] as const) {
      const browser = await launch()
      try {
        rounds[path].push(await manyPhotos(browser, url, path, count, round))
      } finally {
        await browser.close()
      }
    }
  }
  const seconds = (path: '/' | '/batch') => median(rounds[path].map((one) => one.seconds))
  for (const path of ['/batch', '/'] as const) {
    const blocked = median(rounds[path].map(({ longTasks }) => longTasks.reduce((sum, ms) => sum + ms, 0)))
    const longest = median(rounds[path].map(({ longTasks }) => Math.max(0, ...longTasks)))
    const times = path === '/' ? `   ${(seconds('/') / seconds('/batch')).toFixed(2)} × /batch` : ''
    console.log(
      `${path.padEnd(8)}${seconds(path).toFixed(1).padStart(6)} s   long tasks ${blocked.toFixed(0).padStart(6)} ms, longest ${longest.toFixed(0).padStart(5)} ms${times}`,
    )
  }
}

const server = await startServer({ env: { LOG_LEVEL: 'warn' } })
try {
  console.log(`${machine()}\n`)
  if (Number(values.runs) > 0) await printLighthouse(server.url)
  if (Number(values.loads) > 0) {
    await printPaints(server.url)
    await printScrolling(server.url)
  }
  if (Number(values.photos) > 0) await printManyPhotos(server.url, Number(values.photos))
} finally {
  await server.stop()
}
