import { expect, test } from '@playwright/test'
import { expectAccessible } from './axe'
import { choosePhotos, heading, photoInput } from './browser-page'
import { openClassify } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('has no accessibility violations and fits the screen', async ({ page }) => {
  await page.reload()
  await expectAccessible(page)
  await choosePhotos(page, 'koala.webp', 'espresso.png')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await page.getByRole('button', { name: 'What the model saw' }).click()
  await expect(page.getByRole('img', { name: 'The part of the photo that the model saw' })).toBeVisible()
  await expect(page.getByRole('slider', { name: 'Labels' })).toBeVisible()
  await expectAccessible(page)
  await photoInput(page).setInputFiles([{ name: 'a.heic', mimeType: 'image/heic', buffer: Buffer.from('not a photo') }])
  await expect(heading(page, 'This file isn’t an image')).toBeVisible()
  await expectAccessible(page)
})

test('fits the screen and shows the result without scrolling @phone', async ({ page }) => {
  await choosePhotos(page, 'koala.webp', 'espresso.png', 'goldfish.webp', 'polar-bear.webp', 'scarlet-macaw.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(width).toBeLessThanOrEqual(0)
  await expect(heading(page, 'koala')).toBeInViewport({ ratio: 1 })
})
