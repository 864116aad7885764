import { expect, test } from '@playwright/test'
import { choosePhotos, heading } from './browser-page'
import { openClassify, thumbnails } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('loads a photo by URL: typed, pasted, invalid and refused', async ({ page, baseURL }) => {
  const field = page.getByRole('textbox', { name: 'Image URL' })
  await field.fill('koala')
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  await expect(page.getByText('Enter the URL of a photo, such as example.com/photo.jpg.')).toBeVisible()
  // Refused: in the page's words, with the server's behind "Details". Nothing moves, and the field keeps the URL.
  await field.fill('169.254.169.254/latest')
  const before = await field.boundingBox()
  await field.press('Enter')
  const notice = page.getByRole('alert').filter({ hasText: 'URL' })
  await expect(notice).toContainText('This URL isn’t allowed')
  await expect(notice.getByText('url_refused: The URL isn’t on the public internet. Use a public URL.')).toBeHidden()
  await notice.getByText('Details').click()
  await expect(notice.getByText('url_refused: The URL isn’t on the public internet. Use a public URL.')).toBeVisible()
  expect(await field.boundingBox()).toEqual(before)
  await expect(field).toHaveValue('169.254.169.254/latest')
  // It is over with the next URL, valid or not, and with any photo.
  await field.pressSequentially('x')
  await expect(notice).toBeHidden()
  await field.press('Enter')
  await expect(notice).toBeVisible()
  await field.fill('koala')
  await field.press('Enter')
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(1)
  await field.fill('169.254.169.254/latest')
  await field.press('Enter')
  await expect(notice).toContainText('This URL isn’t allowed')
  await choosePhotos(page, 'goldfish.webp')
  await expect(heading(page, 'goldfish')).toBeVisible()
  await expect(notice).toBeHidden()
  await page.getByRole('button', { name: 'Remove goldfish.webp' }).click()
  await field.fill(`${baseURL}/gallery/koala.webp`)
  await field.press('Enter')
  await expect(heading(page, 'koala')).toBeVisible()
  // Pasted anywhere on the page, next to the existing photo.
  const paste = (text: string) =>
    page.evaluate((pasted) => {
      const data = new DataTransfer()
      data.setData('text/plain', pasted)
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
    }, text)
  await paste(`${baseURL}/gallery/espresso.png`)
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(2)
  // As typed, without a scheme; other text isn't a URL.
  const asked = page.waitForRequest('**/api/photo')
  await paste('two words')
  await paste('169.254.169.254/latest')
  expect((await asked).postDataJSON()).toMatchObject({ url: 'https://169.254.169.254/latest' })
  await expect(notice).toContainText('This URL isn’t allowed')
  const abroad = page.waitForRequest('**/api/photo')
  await paste('bücher.example/foto.jpg')
  expect((await abroad).postDataJSON()).toMatchObject({ url: 'https://bücher.example/foto.jpg' })
})
