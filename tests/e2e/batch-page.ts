import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { ResultRow } from '@/lib/shared/results/columns'
import { distinctPhotos } from '../support/many-photos'

/** A page whose errors fail the test. */
export function watch(page: Page): void {
  page.on('console', (message) => {
    if (/Content Security Policy|hydrat|MISSING_MESSAGE/i.test(message.text())) throw new Error(message.text())
  })
  page.on('pageerror', (error) => {
    throw error
  })
}

/** Opens the page; until React has taken it over, nobody hears of files. */
export async function openBatch(page: Page, origin = ''): Promise<void> {
  await page.goto(`${origin}/batch`)
  await page.waitForFunction(() =>
    Object.keys(document.querySelector('main') ?? {}).some((key) => key.startsWith('__react')),
  )
}

/** A folder of its own for each test of the file that calls this; it is gone after the test. */
export function temporary(): () => string {
  let root: string
  test.beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'batch-'))
  })
  test.afterEach(() => rmSync(root, { recursive: true }))
  return () => root
}

/** A folder `holiday` of so many photos of the gallery, all different; a third of them in a folder of their own. */
export function folderOf(root: string, count: number): string {
  const folder = join(root, 'holiday')
  mkdirSync(join(folder, 'zoo'), { recursive: true })
  for (const [at, { bytes }] of distinctPhotos(count).entries()) {
    writeFileSync(join(folder, at % 3 === 0 ? 'zoo' : '', `${String(at).padStart(4, '0')}.webp`), bytes)
  }
  return folder
}

export const chooseFolder = (page: Page, folder: string) =>
  page.locator('input[data-picks=folder]').setInputFiles(folder)

export const chooseFiles = (page: Page, ...files: string[]) =>
  page.locator('input[data-picks=files]').setInputFiles(files)

export const figures = (page: Page) => page.getByRole('main').locator('p.figures').first()

export const rows = (page: Page) => page.getByRole('table', { name: 'Batch photos' }).locator('tbody').getByRole('row')

export const done = (page: Page) =>
  expect(page.getByText(/^Done\. The server keeps the results until/)).toBeVisible({ timeout: 20_000 })

/** The id of the job that the page shows. */
export const jobId = (page: Page) => new URL(page.url()).hash.slice(1)

/** What the server has of the batch that the page shows. */
export async function results(page: Page): Promise<ResultRow[]> {
  return (await page.request.get(`/api/jobs/${jobId(page)}/results`)).json()
}

/** Where the file is that the opened panel saves. */
export async function download(page: Page): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Download \d+ rows?$/ }).click(),
  ])
  return file.path()
}

/** The text of the file that the opened panel saves. */
export async function saved(page: Page): Promise<string> {
  return readFileSync(await download(page), 'utf8')
}
