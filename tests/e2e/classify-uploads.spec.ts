import { copyFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import sharp from 'sharp'
import { heading, photoInput, waitForHydration } from './browser-page'
import { openClassify, thumbnails } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('converts HEIC in the browser', async ({ page }) => {
  await photoInput(page).setInputFiles('tests/e2e/photos/koala.heic')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('Converted from HEIC in your browser.')).toBeVisible()
  await expect(page.getByText('koala.heic · 384 × 512')).toBeVisible()
  // The thumbnail is visible too; it failed while the file was HEIC.
  await expect(thumbnails(page).first().locator('img')).toBeVisible()
})

test('sends HEIC to the server if the browser cannot convert it', async ({ page }) => {
  // Without workers the converter cannot run, as under a policy that forbids them.
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new Error('workers are disabled')
      }
    } as unknown as typeof Worker
  })
  await page.reload()
  await waitForHydration(page)
  await photoInput(page).setInputFiles('tests/e2e/photos/koala.heic')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('koala.heic · 384 × 512 · HEIC')).toBeVisible()
  await expect(page.getByText('Converted from HEIC in your browser.')).toBeHidden()
})

test('says that a photo is gone, and doesn’t take the server for away', async ({ page }, testInfo) => {
  const photo = testInfo.outputPath('koala.webp')
  copyFileSync('public/gallery/koala.webp', photo)
  await page.route('**/api/classify*', (route) => {
    rmSync(photo, { force: true })
    return route.continue()
  })
  await photoInput(page).setInputFiles(photo)
  await expect(heading(page, 'Couldn’t read the file')).toBeVisible()
})

/** A koala as a PNG; uncompressed, it has three bytes a pixel. */
const largePng = (width: number, compressionLevel = 0) =>
  sharp('public/gallery/koala.webp').resize(width).removeAlpha().png({ compressionLevel })

test('resizes a large photo, and offers the original only within the limit', async ({ page }, testInfo) => {
  const large = testInfo.outputPath('large.png')
  const { size } = await largePng(2900).toFile(large)
  expect(size).toBeGreaterThan(20_000_000) // Over the server's limit.
  await photoInput(page).setInputFiles(large)
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText(/Resized before upload: 1536 × 2048, .* KB instead of \d\d MB\./)).toBeVisible()
  await expect(page.getByText(/large\.png · 2900 × 3867 · PNG · \d\d MB/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send original' })).toBeHidden()
})

test('sends the original on request, keeps the result if that fails, and remembers the setting @extended', async ({
  page,
}) => {
  // As bytes: of an upload from a file, the browser forgets the reply before the test can read it.
  const buffer = await largePng(2100, 1).toBuffer()
  const file = { name: 'large.png', mimeType: 'image/png', buffer }
  await photoInput(page).setInputFiles([file])
  await expect(heading(page, 'koala')).toBeVisible()
  const original = page.getByRole('button', { name: 'Send original' })
  await page.route('**/api/classify*', (route) =>
    route.fulfill({
      status: 413,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 413, code: 'too_many_pixels', title: 'Too many pixels', detail: 'It has 6 MP.' }),
    }),
  )
  await original.click()
  await expect(page.getByText('Couldn’t classify the original: The photo has too many pixels.')).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  const reply = page.waitForResponse(/api\/classify/)
  await original.click()
  await expect(original).toBeHidden()
  await expect(heading(page, 'koala')).toBeVisible()
  expect((await (await reply).json()).image.bytes).toBe(buffer.length)
  // The setting for all photos persists.
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await page.getByRole('switch', { name: 'Resize large photos' }).click()
  await page.reload()
  await waitForHydration(page)
  const next = page.waitForResponse(/api\/classify/)
  await photoInput(page).setInputFiles([{ ...file, name: 'next.png' }])
  expect((await (await next).json()).image.bytes).toBe(buffer.length)
})

test('refuses a file over the size limit before the upload', async ({ page }, testInfo) => {
  const huge = testInfo.outputPath('huge.png')
  writeFileSync(huge, '')
  truncateSync(huge, 20_000_001)
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/classify') && requests++)
  await photoInput(page).setInputFiles(huge)
  await expect(heading(page, 'File too large')).toBeVisible()
  expect(requests).toBe(0)
})
