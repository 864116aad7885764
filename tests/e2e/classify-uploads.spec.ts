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

test('resizes a large photo unless the visitor sends the original', async ({ page }) => {
  const [width, height] = [2900, 3867]
  // Noise makes the file large.
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const grain = sharp({ create: { width, height, channels: 3, background: '#888', noise } })
  const input = await grain.png({ compressionLevel: 0 }).toBuffer()
  const large = sharp('public/gallery/koala.webp')
    .resize(width)
    .composite([{ input, blend: 'soft-light' }])
  const buffer = await large.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
  expect(buffer.length).toBeGreaterThan(20_000_000) // Over the server's limit.
  const file = { name: 'large.jpg', mimeType: 'image/jpeg', buffer }
  await photoInput(page).setInputFiles([file])
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText(/Resized before upload: 1536 × 2048, .* KB instead of \d\d MB\./)).toBeVisible()
  await expect(page.getByText(/large\.jpg · 2900 × 3867 · JPEG · \d\d MB/)).toBeVisible()
  await page.getByRole('button', { name: 'Send original' }).click()
  await expect(heading(page, 'File too large')).toBeVisible()
  await expect(
    page.getByRole('region', { name: 'Result' }).getByText(/It’s \d\d MB; the limit is 20 MB\./),
  ).toBeVisible()
  // The setting for all photos persists.
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await page.getByRole('switch', { name: 'Resize large photos' }).click()
  await page.reload()
  await waitForHydration(page)
  const original = await large.jpeg({ quality: 92 }).toBuffer()
  expect(original.length).toBeGreaterThan(4_000_000)
  const reply = page.waitForResponse(/api\/classify/)
  await photoInput(page).setInputFiles([{ ...file, buffer: original }])
  await expect(heading(page, 'koala')).toBeVisible()
  expect((await (await reply).json()).image.bytes).toBe(original.length)
})

test('refuses a file over the size limit before the upload', async ({ page }) => {
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/classify') && requests++)
  await photoInput(page).setInputFiles([{ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(20_000_001) }])
  await expect(heading(page, 'File too large')).toBeVisible()
  expect(requests).toBe(0)
})
