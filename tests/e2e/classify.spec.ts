import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import sharp from 'sharp'
import { choosePhotos, heading, photoInput, photoPath, waitForHydration } from './browser-page'
import { dropPhotos, openClassify, thumbnails } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('shows the label, confidence, chart and timings of a dropped photo @phone', async ({ page }) => {
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  await dropPhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  const answer = page.getByRole('region', { name: 'Result' })
  await expect(answer.getByText(/^(Almost certainly|Very likely|Probably)$/)).toBeVisible()
  await expect(answer.getByText(/^\d\d\.\d%$/)).toBeVisible()
  await expect(answer.getByText(/^(wait .*)?decode .* run .* total .* ms$/)).toBeVisible()
  await expect(page.getByText('768 × 1024 · WebP · 79 KB')).toBeVisible()
  const table = answer.getByRole('table', { name: 'Scores' })
  await expect(table.getByRole('row')).toHaveCount(6)
  // The bars are really drawn, as long as the scores, and no label touches its bar.
  const bars = table.locator('td [aria-hidden] > span')
  await expect(bars).toHaveCount(5)
  const boxes = await bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect()))
  expect(boxes[0]?.width).toBeGreaterThan(3 * (boxes[1]?.width ?? 0))
  const label = await table.getByText('koala').evaluate((cell) => {
    const range = document.createRange()
    range.selectNodeContents(cell)
    return range.getBoundingClientRect()
  })
  expect((boxes[0]?.left ?? 0) - label.right).toBeGreaterThanOrEqual(12)
  // Nothing that is hidden from screen readers can be reached by keyboard.
  expect(await page.locator('[aria-hidden=true] :is(a, button, input, [tabindex]:not([tabindex="-1"]))').count()).toBe(
    0,
  )
  await expect(page.getByRole('status')).toContainText(/koala\.webp: .* koala, \d\d\.\d percent/)
})

test('keeps earlier results when photos are added', async ({ page }) => {
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/classify') && requests++)
  await choosePhotos(page, 'espresso.png', 'goldfish.webp')
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(3)
  await thumbnails(page).nth(2).click()
  await expect(heading(page, 'goldfish')).toBeVisible()
  await thumbnails(page).nth(0).click()
  await expect(heading(page, 'koala')).toBeVisible()
  expect(requests).toBe(2)
})

test('classifies a pasted photo, and a sample with its credit', async ({ page }) => {
  const base64 = readFileSync(photoPath('goldfish.webp')).toString('base64')
  await page.evaluate((data) => {
    const clipboardData = new DataTransfer()
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
    clipboardData.items.add(new File([bytes], 'pasted.webp', { type: 'image/webp' }))
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, base64)
  await expect(heading(page, 'goldfish')).toBeVisible()
  await page.goto('/')
  await waitForHydration(page)
  await page.getByRole('button', { name: 'Classify a koala' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('Photo: David Iliff, CC BY-SA 3.0')).toBeVisible()
})

test('works by keyboard: choose photos, move between them, remove one', async ({ page }) => {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose photos' }).focus()
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(['koala.webp', 'goldfish.webp'].map(photoPath))
  await expect(heading(page, 'koala')).toBeVisible()
  await thumbnails(page).nth(0).focus()
  await page.keyboard.press('ArrowRight')
  await expect(heading(page, 'goldfish')).toBeVisible()
  await expect(thumbnails(page).nth(1)).toBeFocused()
  await page.keyboard.press('Delete')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(1)
  // A removal can be undone.
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  await expect(heading(page, 'goldfish')).toBeVisible()
  await expect(thumbnails(page).nth(1)).toBeFocused()
  await page.getByRole('button', { name: 'Remove all' }).press('Enter')
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).press('Enter')
  await expect(thumbnails(page)).toHaveCount(2)
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(thumbnails(page).nth(0)).toBeFocused()
})

test('moves the focus to the answer of a sample that was chosen by keyboard', async ({ page }) => {
  await page.getByRole('button', { name: 'Classify a koala' }).focus()
  await page.keyboard.press('Enter')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Result' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: /Balanced model/ })).toBeFocused()
})

test('explains why a photo cannot be read and keeps the others', async ({ page }) => {
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await photoInput(page).setInputFiles([
    {
      name: 'IMG_1.HEIC',
      mimeType: 'image/heic',
      buffer: Buffer.from('00000018667479706865696300000000686569636d696631', 'hex'),
    },
  ])
  await expect(heading(page, 'Couldn’t convert this HEIC photo')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Result' }).getByText(/on your iPhone/)).toBeVisible()
  await page.getByRole('button', { name: 'Remove photo' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
})

test('says that a photo of nothing is not recognized, and adds names of today to old labels', async ({ page }) => {
  const grey = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
  await photoInput(page).setInputFiles([{ name: 'grey.png', mimeType: 'image/png', buffer: grey }])
  await expect(heading(page, 'Not recognized')).toBeVisible()
  await expect(page.getByText('Closest labels')).toBeVisible()
  await expect(
    page.getByRole('status').filter({ hasText: 'grey.png: not recognized. The closest label is' }),
  ).toBeAttached()
  await expect(page.getByRole('button', { name: 'grey.png: Not recognized', exact: true })).toBeVisible()
  await choosePhotos(page, 'polar-bear.webp')
  await expect(heading(page, 'ice bear')).toBeVisible()
  await expect(page.getByText('Also called polar bear')).toBeVisible()
})

test('flags a result below the model’s threshold as uncertain', async ({ page }) => {
  // Random noise matches no label.
  await photoInput(page).setInputFiles('tests/e2e/photos/noise.png')
  await expect(page.getByText('Uncertain. Possibly', { exact: true })).toBeVisible()
  await expect(page.getByText(/doesn’t look like anything the model was trained on/)).toBeVisible()
})
