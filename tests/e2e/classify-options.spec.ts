import { expect, test } from '@playwright/test'
import { choosePhotos, heading } from './browser-page'
import { openClassify } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('switches the model, the number of labels and the minimum score', async ({ page }) => {
  await choosePhotos(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.getByRole('button', { name: /Balanced model/ }).click()
  const request = page.waitForRequest(/api\/classify\?model=fast/)
  await page.getByText('Fast', { exact: true }).click()
  await request
  await expect(page.getByRole('button', { name: /Fast model/ })).toBeVisible()
  await expect(heading(page, 'espresso')).toBeVisible()
  // The sliders filter the existing result without another request.
  page.on('request', (request) => {
    if (request.url().includes('/api/')) throw new Error(`unexpected request: ${request.url()}`)
  })
  const rows = page.getByRole('table', { name: 'Scores' }).getByRole('row')
  const place = () => page.getByRole('slider', { name: 'Labels' }).locator('..').locator('..').boundingBox()
  const before = await place()
  await page.getByRole('slider', { name: 'Labels' }).press('End')
  await expect(rows).toHaveCount(11)
  await page.getByRole('slider', { name: 'Labels' }).press('Home')
  await expect(rows).toHaveCount(2)
  // The options are above what they change, so they stay where they are.
  expect(await place()).toEqual(before)
  await page.getByRole('slider', { name: 'Labels' }).press('End')
  await page.getByRole('slider', { name: 'Min. score' }).press('End')
  await expect(rows).toHaveCount(2)
  await expect(page.getByRole('button', { name: 'Fast model · top 10 · 50% or higher' })).toBeVisible()
})

test('shows the model input', async ({ page }) => {
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: 'What the model saw' }).click()
  const crop = page.getByRole('img', { name: 'The part of the photo that the model saw' })
  await expect(crop).toBeVisible()
  expect(await crop.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight])).toEqual([
    240, 240,
  ])
  await expect(page.getByText('Resized to 274 × 365 (bicubic). Cropped to the center 240 × 240.')).toBeVisible()
})
