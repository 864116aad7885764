import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import Papa from 'papaparse'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import { headlessShellPath } from '../../scripts/tools/chromium.mjs'
import { photoInput, waitForHydration } from '../e2e/browser-page'
import { ALL_MODELS } from '../support/models'
import { goldenPhotos, madePhotos, meanDifference } from '../support/parity-photos'
import { PAGES, startServer, type TestServer } from '../support/server'

/** What a photo becomes in the browser and on the server: the same pixels, labels and scores. */

const EVAL = '../shared/eval'
const there = existsSync(join(EVAL, 'labels.csv'))
if (!there) console.log(`skipped: the device's labels over many photos, because ${EVAL} does not exist`)

const MODEL = 'fast'
const LOADED = { timeout: 120_000 }

let server: TestServer
let browser: Browser
beforeAll(async () => {
  server = await startServer({ env: { ...PAGES, ...ALL_MODELS } })
  const executablePath = headlessShellPath()
  const args = ['--no-sandbox', '--disable-gpu']
  browser = await chromium.launch({ args, ...(executablePath && { executablePath }) })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

async function openOnDevice(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`${server.url}/?model=${MODEL}&device=browser`)
  await waitForHydration(page)
  return page
}

async function fromServer(path: string, query = ''): Promise<Classification> {
  const url = `${server.url}/api/classify?model=${MODEL}&top_k=10${query}`
  return (await (await fetch(url, { method: 'POST', body: readFileSync(path) })).json()) as Classification
}

/** The rows of a batch that ran on the device: `file`, `label`, and `score` of each photo. */
async function batchOnDevice(files: readonly string[]): Promise<Record<string, string>[]> {
  const page = await browser.newPage()
  await page.goto(`${server.url}/batch?device=browser`)
  await waitForHydration(page)
  await page.getByRole('button', { name: /^Balanced model/ }).click()
  await page.getByRole('radio', { name: 'Fast' }).check({ force: true })
  await page.locator('input[data-picks=files]').setInputFiles(files.map((name) => join(EVAL, name)))
  await page.getByText(/^Done\. This browser keeps/).waitFor({ timeout: 1_800_000 })
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Download [\d,]+ rows$/ }).click(),
  ])
  const csv = readFileSync(await download.path(), 'utf8').replace('\ufeff', '')
  await page.close()
  return Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data
}

test.skipIf(!there)(
  'over 1,000 photos: ≥ 99.5% same labels, scores within 0.01 for ≥ 99%',
  { timeout: 3_600_000 },
  async () => {
    const files = readdirSync(EVAL).filter((name) => name.endsWith('.jpg'))
    const rows = await batchOnDevice(files)
    expect(rows).toHaveLength(files.length)
    let [same, close] = [0, 0]
    for (const { file = '', label, score } of rows) {
      const [expected] = (await fromServer(join(EVAL, file))).predictions
      if (label === expected?.label) same++
      if (Math.abs(Number(score) - (expected?.score ?? Number.NaN)) <= 0.01) close++
    }
    console.log(`${MODEL}: same label ${same}, score within 0.01 ${close}, of ${files.length}`)
    expect(same / files.length).toBeGreaterThanOrEqual(0.995)
    expect(close / files.length).toBeGreaterThanOrEqual(0.99)
  },
)

test('the model receives the same pixels, in every format', { timeout: 1_200_000 }, async () => {
  const page = await openOnDevice()
  const differences: [file: string, mean: number][] = []
  for (const path of [...(await madePhotos()), ...goldenPhotos()]) {
    await photoInput(page).setInputFiles(path)
    await page
      .getByRole('button', { name: basename(path) })
      .last()
      .click()
    await page.getByText('on this device').waitFor(LOADED)
    await page.getByRole('button', { name: 'What the model saw' }).click()
    const seen = page.getByRole('img', { name: 'The part of the photo that the model saw' })
    const source = (await seen.getAttribute('src', LOADED)) ?? ''
    const { preview } = await fromServer(path, '&preview=1')
    differences.push([basename(path), await meanDifference(source, preview?.image ?? '')])
  }
  await page.close()
  console.log(differences.map(([file, mean]) => `${file} ${mean.toFixed(4)}`).join('\n'))
  // Only AVIF is decoded by the browser itself.
  for (const [file, mean] of differences)
    expect([file, mean <= (file.endsWith('.avif') ? 0.5 : 0)]).toEqual([file, true])
})
