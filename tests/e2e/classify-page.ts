import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { failOnPageErrors, photoPath, waitForHydration } from './browser-page'

/** Opens the classify page. Its errors fail the test. */
export async function openClassify(page: Page): Promise<void> {
  failOnPageErrors(page)
  await page.goto('/')
  await waitForHydration(page)
}

export const thumbnails = (page: Page) =>
  page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: /webp|png|heic/i })

/** Drops gallery photos on the page like a file manager. */
export async function dropPhotos(page: Page, ...names: string[]): Promise<void> {
  const files = names.map((name) => ({ name, data: readFileSync(photoPath(name)).toString('base64') }))
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer()
    for (const { name, data: base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      data.items.add(new File([bytes], name, { type: 'image/webp' }))
    }
    return data
  }, files)
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer })
  await expect(page.getByText('Drop to classify')).toBeVisible()
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
}
