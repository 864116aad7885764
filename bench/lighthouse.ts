import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import { chromiumPath } from '../scripts/tools/chromium.mjs'
import { lighthouse } from '../scripts/tools/lighthouse.mjs'
import { median } from './measure'

/** What Lighthouse reports about one page, each figure the median of several runs. */
export interface PageReport {
  path: string
  /** Category scores, 0 to 100. */
  performance: number
  accessibility: number
  bestPractices: number
  seo: number
  /** Cumulative layout shift, without a unit. */
  layoutShift: number
  /**
   * Milliseconds until the largest element is painted, as Lighthouse estimates them: it loads the page without
   * throttling and adds what arrived before that paint, even scripts that the paint didn't wait for.
   */
  largestPaint: number
  /** The same, measured while the phone's network and processor are throttled. */
  throttledPaint: number
  /** Milliseconds in which the main thread was blocked. */
  blocked: number
  /** Bytes of JavaScript transferred, compressed. */
  script: number
  /** How fast this machine's processor is by Lighthouse's own measure: a phone of the middle class has 1,000. */
  processorIndex: number
  /** Why browsers don't keep the page in their back/forward cache. Empty where they do. */
  backForwardFailures: readonly string[]
}

/** What is read of Lighthouse's report. */
interface Result {
  environment: { benchmarkIndex: number }
  categories: Record<string, { score: number | null } | undefined>
  audits: Record<string, { numericValue?: number; details?: unknown } | undefined>
  runtimeError?: { message: string }
}

/**
 * Measures one page with Lighthouse's default phone: each run in a new browser with an empty cache.
 * @param slowdown how much slower the phone's processor is than this machine's
 */
export async function lighthouseReport(
  origin: string,
  path: string,
  runs: number,
  slowdown: number,
): Promise<PageReport> {
  const results: Result[] = []
  const throttled: Result[] = []
  const processor = `--throttling.cpuSlowdownMultiplier=${slowdown}`
  const measured = [processor, '--throttling-method=devtools', '--only-categories=performance']
  for (let run = 0; run < runs; run++) {
    results.push(await audit(`${origin}${path}`, [processor]))
    throttled.push(await audit(`${origin}${path}`, measured))
  }
  const middle = (of: (result: Result) => number) => median(results.map(of))
  const category = (id: string) => Math.round(100 * middle(({ categories }) => categories[id]?.score ?? Number.NaN))
  const figure = (id: string) => middle(({ audits }) => audits[id]?.numericValue ?? Number.NaN)
  return {
    path,
    performance: category('performance'),
    accessibility: category('accessibility'),
    bestPractices: category('best-practices'),
    seo: category('seo'),
    layoutShift: figure('cumulative-layout-shift'),
    largestPaint: figure('largest-contentful-paint'),
    throttledPaint: median(
      throttled.map(({ audits }) => audits['largest-contentful-paint']?.numericValue ?? Number.NaN),
    ),
    blocked: figure('total-blocking-time'),
    script: middle(scriptBytes),
    processorIndex: middle(({ environment }) => environment.benchmarkIndex),
    backForwardFailures: results[0] ? backForwardFailures(results[0]) : [],
  }
}

/** Lighthouse's index of a phone of the middle class (a Pixel 5), as Chrome's DevTools calibrate theirs. */
const PHONE_INDEX = 1000
const INDEX_RUNS = 3

/** How much slower a phone of the middle class is than this machine, at least 1. */
export async function phoneSlowdown(url: string): Promise<number> {
  const indexes: number[] = []
  for (let run = 0; run < INDEX_RUNS; run++) {
    const { environment } = await audit(url, ['--only-categories=seo'])
    indexes.push(environment.benchmarkIndex)
  }
  return Math.max(1, median(indexes) / PHONE_INDEX)
}

/** Lighthouse sometimes misses the beginning of a trace, and says that it should be run again. */
const ATTEMPTS = 3

async function audit(url: string, extra: readonly string[]): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    const report = await auditOnce(url, extra)
    if (!report.runtimeError) return report
    if (attempt === ATTEMPTS) throw new Error(`${url}: ${report.runtimeError.message}`)
  }
}

async function auditOnce(url: string, extra: readonly string[]): Promise<Result> {
  const port = await freePort()
  const browser = await launch(port)
  const folder = mkdtempSync(join(tmpdir(), 'lighthouse-'))
  try {
    // A file: at its end, Lighthouse doesn't wait for all of a pipe to be written.
    const file = join(folder, 'report.json')
    const options = [`--port=${port}`, '--output=json', `--output-path=${file}`, '--quiet', ...extra]
    await once(
      spawn(process.execPath, [lighthouse(), url, ...options], { stdio: ['ignore', 'ignore', 'ignore'] }),
      'exit',
    )
    return JSON.parse(readFileSync(file, 'utf8')) as Result
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true })
  }
}

function launch(port: number): Promise<Browser> {
  const executablePath = chromiumPath()
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    // Playwright turns the back/forward cache off; Lighthouse tests it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      `--remote-debugging-port=${port}`,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Lighthouse connects to a port, and only a number that is known beforehand can be passed to both sides. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

interface NetworkRequest {
  resourceType?: string
  transferSize?: number
}

function scriptBytes({ audits }: Result): number {
  const requests = items<NetworkRequest>(audits['network-requests']?.details)
  return requests
    .filter(({ resourceType }) => resourceType === 'Script')
    .reduce((sum, { transferSize = 0 }) => sum + transferSize, 0)
}

function backForwardFailures({ audits }: Result): string[] {
  return items<{ reason?: string }>(audits['bf-cache']?.details).map(({ reason = 'unknown' }) => reason)
}

function items<Item>(details: unknown): readonly Item[] {
  return (details as { items?: readonly Item[] } | undefined)?.items ?? []
}
