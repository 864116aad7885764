import { expect, type Page, test } from '@playwright/test'
import { violations } from './axe'
import { failOnPageErrors, photoPath, waitForHydration } from './browser-page'

test.beforeEach(({ page }) => failOnPageErrors(page))

const answer = (page: Page) => page.getByRole('region', { name: 'Response' })

test('a photo of the gallery, or of the visitor, is sent, with the request as code and the answer', async ({
  page,
}) => {
  await page.goto('/api-docs')
  await waitForHydration(page)
  const code = page.locator('main code').first()
  await page.getByRole('button', { name: 'Koala' }).click()
  await page.getByText('10', { exact: true }).click()
  await expect(code).toHaveText(/^curl --data-binary @koala\.webp '.*\/api\/classify\?model=[\w-]+&top_k=10'$/)
  const sent = page.waitForRequest((request) => request.method() === 'POST')
  await page.getByRole('button', { name: 'Send request' }).click()
  expect(await code.textContent()).toContain((await sent).url())
  await expect(answer(page).getByRole('status')).toHaveText(/^200 · [\d.]+ ms · [\d.]+ KB$/)
  await expect(answer(page)).toContainText('"label": "koala"')

  await page.getByLabel('Or another client').selectOption('Hugging Face (Python)')
  await expect(code).toContainText(/image_classification\("koala\.webp", top_k=10\)/)

  // One of them is chosen at a time, and the language that was chosen before can be chosen again.
  await expect(page.getByRole('radio', { name: 'cURL' })).not.toBeChecked()
  await page.getByText('cURL', { exact: true }).first().click()
  await expect(code).toContainText('curl --data-binary')

  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose a photo' }).click()
  await (await chooser).setFiles(photoPath('goldfish.webp'))
  await page.getByText('Embed', { exact: true }).click()
  await page.getByText('Python', { exact: true }).first().click()
  await expect(code).toContainText('open("goldfish.webp", "rb")')
  await page.getByRole('button', { name: 'Send request' }).click()
  await expect(answer(page)).toContainText(/"embedding": \[[^\]]+, … 1272\]/)
})

test('the reference shows every endpoint and sends requests; axe finds nothing: light, and dark on the phone @phone-extended', async ({
  page,
  isMobile,
}) => {
  const elsewhere: string[] = []
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url())) elsewhere.push(new URL(request.url()).host)
  })
  await page.emulateMedia({ colorScheme: isMobile ? 'dark' : 'light' })
  await page.goto('/api-docs')
  await waitForHydration(page)
  const reference = page.locator('.reference')
  await page.getByRole('heading', { name: 'Reference' }).scrollIntoViewIfNeeded()
  const classify = reference.locator('#operations-Photos-classify')
  await classify.getByRole('button', { name: /\/api\/classify/ }).click()
  await classify.locator('input[type=file]').setInputFiles(photoPath('koala.webp'))
  await classify.getByRole('button', { name: 'Execute' }).click()
  await expect(classify.locator('.live-responses-table')).toContainText('"label": "koala"')
  await expect(classify.locator('.curl-command')).toContainText('--data-binary @koala.webp')
  // By keyboard: it isn't a button in Swagger UI.
  await classify.getByRole('button', { name: 'TypeScript' }).press('Enter')
  await expect(classify.locator('.curl-command')).toContainText("openAsBlob('koala.webp')")
  const paths = await (await page.request.get('/api/openapi.json')).json().then((document) => document.paths)
  await expect(reference.locator('.opblock')).toHaveCount(
    Object.values(paths).flatMap((path) => Object.keys(path as object)).length,
  )
  expect(await violations(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  expect(new Set(elsewhere)).toEqual(new Set([new URL(page.url()).host]))
})
