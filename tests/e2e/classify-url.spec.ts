import { expect, test } from '@playwright/test'
import { heading } from './browser-page'
import { openClassify, thumbnails } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('loads a photo by URL: typed, pasted, invalid and refused', async ({ page, baseURL }) => {
  const field = page.getByRole('textbox', { name: 'Image URL' })
  await field.fill('koala')
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  await expect(page.getByText('Enter a URL that starts with http:// or https://.')).toBeVisible()
  await field.fill('http://169.254.169.254/latest')
  await field.press('Enter')
  await expect(page.getByText('URL not allowed: The URL isn’t on the public internet. Use a public URL.')).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await field.fill(`${baseURL}/gallery/koala.webp`)
  await field.press('Enter')
  await expect(heading(page, 'koala')).toBeVisible()
  // Pasted anywhere on the page, next to the existing photo.
  await page.evaluate((url) => {
    const data = new DataTransfer()
    data.setData('text/plain', url)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
  }, `${baseURL}/gallery/espresso.png`)
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(2)
})
