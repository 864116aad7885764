// npm run bench -- device: classification in the browser, in real Chromium on this machine: what is loaded, how long the
// first photo and each further one take with one thread and with the page's own number, against transformers.js with the
// same model in the same browser and against this server over HTTP, and the memory over many photos (`--memory 2000`, 0
// to skip), and the frames per second of the live camera (`--no-camera` to skip). `--rounds 3` measures each in turn that
// many times, 0 to skip; `--no-peer` leaves out transformers.js.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { chromiumPath } from '../scripts/tools/chromium.mjs'
import { startServer } from '../tests/support/server'
import { cameraRates } from './device-camera'
import { TIMES, transformersSite } from './device-peer'
import { machine } from './machine'
import { median } from './measure'
import { photos } from './photos'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rounds: { type: 'string', default: '3' },
    memory: { type: 'string', default: '2000' },
    peer: { type: 'boolean', default: true },
    camera: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
const SIDES = [500, 1600, 4000]
const MODEL = 'fast'
const TIMEOUT_MS = 1_800_000

/** Photos for the page: `/bench/500/3.jpg`. */
type Photos = ReadonlyMap<number, readonly Buffer[]>

// A string, since tsx compiles nested functions to code that only runs in Node. It keeps the address of the worker that
// the page starts, and classifies in workers of the same code.
const SCRIPT = `
const Native = Worker
window.Worker = class extends Native {
  constructor(url, options) { super(url, options); this.addEventListener('message', ({ data }) => { if (data && data.kind === 'classified') window.deviceWorker = [String(url), options] }) }
}
${TIMES}
window.openHere = (threads) => {
  const worker = new Native(...window.deviceWorker)
  if (threads) worker.postMessage({ kind: 'threads', threads })
  let id = 0
  window.classifyOne = (file) => new Promise((resolve, reject) => {
    const mine = ++id
    worker.onmessage = ({ data }) => {
      if (data.id === mine && data.kind === 'classified') resolve(data.result.predictions[0].label)
      if (data.id === mine && data.kind === 'failed') reject(new Error(JSON.stringify(data.failure)))
    }
    worker.postMessage({ kind: 'classify', id: mine, file, model: '${MODEL}', topK: 5, crop: null })
  })
  window.closeHere = () => worker.terminate()
}
window.openServer = () => {
  window.classifyOne = async (file) => (await (await fetch('/api/classify?model=${MODEL}', { method: 'POST', body: file })).json()).predictions[0].label
  window.closeHere = () => {}
}`

/** Lets pages load the photos, which no server has. */
async function offer(context: BrowserContext, all: Photos): Promise<void> {
  await context.route('**/bench/*/*.jpg', (route) => {
    const [, side, at] = /(\d+)\/(\d+)\.jpg$/.exec(route.request().url()) ?? []
    const files = all.get(Number(side)) ?? []
    return route.fulfill({ contentType: 'image/jpeg', body: files[Number(at) % files.length] ?? Buffer.alloc(0) })
  })
}

interface Runner {
  name: string
  page: Page
  /** A script that makes `window.classifyOne`, and resolves when it is ready. */
  open: string
}

/** Opens the page, classifies a photo on the device, and says what that loaded. */
async function openSite(browser: Browser, url: string, all: Photos): Promise<Page> {
  // Requests that pass a service worker can't be answered here.
  const context = await browser.newContext({ serviceWorkers: 'block', bypassCSP: true })
  await offer(context, all)
  const page = await context.newPage()
  page.setDefaultTimeout(TIMEOUT_MS)
  await page.addInitScript(SCRIPT)
  await page.goto(`${url}/?model=${MODEL}`, { waitUntil: 'networkidle' })
  let bytes = 0
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  page.on('response', async (response) => {
    const size = await response.headerValue('content-length').catch(() => null)
    bytes += Number(size ?? 0)
  })
  const start = performance.now()
  await page.goto(`${url}/?model=${MODEL}&device=browser`, { waitUntil: 'networkidle' })
  await page.locator('input[type=file]').first().setInputFiles('public/gallery/koala.webp')
  await page.getByRole('heading', { name: 'koala', exact: true }).first().waitFor()
  const seconds = (performance.now() - start) / 1000
  console.log(
    `First visit, from this machine: ${(bytes / 1e6).toFixed(1)} MB with the page, first answer after ${seconds.toFixed(1)} s (half a second of it waits for a quiet network)`,
  )
  return page
}

/** Milliseconds per photo of each runner and size: the median over all rounds, in turn. */
async function compare(runners: readonly Runner[], rounds: number): Promise<void> {
  const times = new Map<string, number[]>()
  const starts = new Map<string, number[]>()
  const push = (map: Map<string, number[]>, key: string, ...more: number[]) =>
    map.set(key, [...(map.get(key) ?? []), ...more])
  for (let round = 0; round < rounds; round++) {
    for (const { name, page, open } of runners) {
      await page.bringToFront()
      const start = await page.evaluate<number>(
        `(async () => { const [file] = await window.files(500, 1); const start = performance.now(); await (${open}); await window.classifyOne(file); return performance.now() - start })()`,
      )
      push(starts, name, start)
      for (const side of SIDES)
        push(times, `${name} ${side}`, ...(await page.evaluate<number[]>(`window.timeAll(${side}, 10)`)))
      await page.evaluate('window.closeHere()')
    }
  }
  const ms = (list: readonly number[] | undefined) => median([...(list ?? [])]).toFixed(1)
  console.log(`\n| ms per photo (median) | start, model kept | ${SIDES.map((side) => `${side} px`).join(' | ')} |`)
  console.log(`| --- | ---: | ${SIDES.map(() => '---:').join(' | ')} |`)
  for (const { name } of runners) {
    console.log(
      `| ${name} | ${ms(starts.get(name))} | ${SIDES.map((side) => ms(times.get(`${name} ${side}`))).join(' | ')} |`,
    )
  }
}

/** Resident memory of the browser's renderers in MB, on Linux. */
async function renderersMb(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const pages = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => readFileSync(`/proc/${id}/statm`, 'utf8'))
  return pages.reduce((sum, statm) => sum + (Number(statm.split(' ')[1]) * 4096) / 1e6, 0)
}

async function memoryOver(browser: Browser, page: Page, count: number): Promise<void> {
  await page.evaluate(`window.openHere(0)`)
  const line: string[] = []
  const step = Math.max(100, Math.floor(count / 8))
  for (let done = 0; done < count; done += step) {
    await page.evaluate(
      `(async () => { const files = await window.files(1600, 10); for (let at = 0; at < ${step}; at++) await window.classifyOne(files[at % files.length]) })()`,
    )
    line.push(`${done + step}: ${(await renderersMb(browser)).toFixed(0)}`)
  }
  await page.evaluate('window.closeHere()')
  console.log(`\nMemory of the browser's pages in MB after photos of 1,600 px: ${line.join(', ')}`)
}

const threadsOf = (count: number) => (count === 1 ? '1 thread' : `${count} threads`)

const all: Photos = new Map(await Promise.all(SIDES.map(async (side) => [side, await photos(side)] as const)))
console.log(await machine())
const server = await startServer({ env: { LOG_LEVEL: 'warn', PAGES: 'true', ENGINE_WORKERS: '2' } })
const peer = values.peer ? await transformersSite() : null
const executablePath = chromiumPath()
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  console.log(`Chromium ${browser.version()}`)
  const page = await openSite(browser, server.url, all)
  const here = [1, 2].map((count) => ({
    name: `this device, ${threadsOf(count)}`,
    page,
    open: `window.openHere(${count})`,
  }))
  const runners: Runner[] = [
    { name: 'this device, as the page chooses', page, open: 'window.openHere(0)' },
    ...here,
    { name: 'this server over HTTP', page, open: 'window.openServer()' },
  ]
  if (peer) {
    const context = await browser.newContext()
    await offer(context, all)
    for (const count of [1, 2]) {
      // ONNX Runtime starts its threads once in a page.
      const other = await context.newPage()
      other.setDefaultTimeout(TIMEOUT_MS)
      await other.goto(peer.url)
      const name = `transformers.js ${peer.version}, ${threadsOf(count)}`
      runners.push({ name, page: other, open: `window.openPeer(${count})` })
    }
  }
  const rounds = Number(values.rounds)
  if (rounds > 0) await compare(runners, rounds)
  if (values.camera) await cameraRates(server.url, MODEL, Math.max(1, rounds))
  if (Number(values.memory) > 0) await memoryOver(browser, page, Number(values.memory))
} finally {
  await browser.close()
  await server.stop()
  await peer?.stop()
}
