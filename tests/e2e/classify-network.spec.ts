import { expect, test } from '@playwright/test'
import { choosePhotos, heading } from './browser-page'
import { openClassify } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('keeps photos while offline and sends them when the connection is back', async ({ page, context }) => {
  await context.setOffline(true)
  await expect(page.getByText('You’re offline.')).toBeVisible()
  await choosePhotos(page, 'koala.webp', 'goldfish.webp')
  await expect(heading(page, 'Waiting for the connection')).toBeVisible()
  // It is said once, and nothing about the server.
  await expect(page.getByText('You’re offline.')).toHaveCount(1)
  await expect(page.getByText(/server isn’t responding/)).toHaveCount(0)
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect(heading(page, 'Waiting for the connection')).toBeVisible()
  // Automatically, including the parts of the page that could not be loaded before.
  await context.setOffline(false)
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('You’re offline.')).toBeHidden()
  await expect(page.getByRole('table', { name: 'Scores' })).toBeVisible()
  await page.getByRole('button', { name: 'goldfish.webp' }).click()
  await expect(heading(page, 'goldfish')).toBeVisible()
})

test('retries when the server is busy and shows upload progress', async ({ page }) => {
  let refusals = 0
  await page.route('**/api/classify*', async (route) => {
    if (refusals++ === 0) {
      const body = JSON.stringify({ code: 'queue_full', title: 'The queue is full', detail: '…' })
      await route.fulfill({
        status: 429,
        headers: { 'retry-after': '2' },
        contentType: 'application/problem+json',
        body,
      })
    } else {
      await route.continue()
    }
  })
  await choosePhotos(page, 'koala.webp')
  await expect(page.getByText('The server is busy. Retrying in 2 s')).toBeVisible()
  await expect(page.getByText('The server is busy. Retrying in 1 s')).toBeVisible()
  await expect(page.getByRole('progressbar', { name: 'Upload' })).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
})
