import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type { ResultRow } from '@/lib/shared/results/columns'
import { distinctPhotos } from '../support/many-photos'
import { waitForHydration } from './browser-page'

export async function openBatch(page: Page, origin = ''): Promise<void> {
  await page.goto(`${origin}/batch`)
  await waitForHydration(page)
}

/**
 * Reloads the page once the browser has stored what it was given so far: it may cut off what it is writing. Writes come
 * one after another, so those before an empty one are done when that is.
 */
export async function reloadWhenStored(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith('vision-batches')) continue
      await new Promise((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onerror = reject
        opening.onsuccess = () => {
          const { result: database } = opening
          const transaction = database.transaction([...database.objectStoreNames], 'readwrite')
          transaction.oncomplete = () => resolve(database.close())
          transaction.onerror = reject
        }
      })
    }
  })
  await page.reload()
}

/** Creates a temporary folder before each test of the calling file and deletes it afterwards. */
export function temporaryFolder(): () => string {
  let root: string
  test.beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'batch-'))
  })
  test.afterEach(() => rmSync(root, { recursive: true }))
  return () => root
}

/** Creates a folder `holiday` with `count` distinct photos, a third of them in the subfolder `zoo`. */
export function createPhotoFolder(root: string, count: number): string {
  const folder = join(root, 'holiday')
  mkdirSync(join(folder, 'zoo'), { recursive: true })
  for (const [index, { bytes }] of distinctPhotos(count).entries()) {
    writeFileSync(join(folder, index % 3 === 0 ? 'zoo' : '', `${String(index).padStart(4, '0')}.webp`), bytes)
  }
  return folder
}

export const chooseFolder = (page: Page, folder: string) =>
  page.locator('input[data-picks=folder]').setInputFiles(folder)

export const chooseFiles = (page: Page, ...files: string[]) =>
  page.locator('input[data-picks=files]').setInputFiles(files)

/** The progress in figures. */
export const figures = (page: Page) => page.getByRole('main').locator('p.figures').first()

export const rows = (page: Page) => page.getByRole('table', { name: 'Batch photos' }).locator('tbody').getByRole('row')

/** Deletes a batch in the list, after the question. */
export async function deleteBatch(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Delete ${name} and its results` }).click()
  await page.getByRole('button', { name: 'Delete batch and results' }).click()
}

/** Waits until the batch is done. */
export const waitUntilDone = (page: Page) =>
  expect(page.getByText(/^Done\. The server keeps the results until/)).toBeVisible({ timeout: 20_000 })

/** The ID of the page's job. */
export const jobId = (page: Page) => new URL(page.url()).hash.slice(1)

/** The results of the page's batch, from the server. */
export async function fetchResults(page: Page): Promise<ResultRow[]> {
  return (await page.request.get(`/api/jobs/${jobId(page)}/results`)).json()
}

/** Exports with the open panel and returns the path of the file. */
export async function downloadExport(page: Page): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /^Download \d+ rows?$/ }).click(),
  ])
  return file.path()
}

/** Exports with the open panel and returns the text of the file. */
export async function exportText(page: Page): Promise<string> {
  return readFileSync(await downloadExport(page), 'utf8')
}

/** The number of thumbnails in the browser's database. */
export function storedThumbnails(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const request = indexedDB.open('vision-thumbnails')
        request.onsuccess = () => {
          const count = request.result.transaction('thumbnails').objectStore('thumbnails').count()
          count.onsuccess = () => {
            resolve(count.result)
            request.result.close()
          }
        }
      }),
  )
}
