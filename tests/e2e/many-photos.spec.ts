import { expect, type Page, test } from '@playwright/test'
import { distinctFiles } from '../support/many-photos'
import { violations } from './axe'
import { figures, temporaryFolder, waitUntilDone } from './batch-page'
import { heading, photoInput } from './browser-page'
import { openClassify } from './classify-page'

const root = temporaryFolder()
const COUNT = 40

const tile = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: new RegExp(`^${name}.*%`) })

const allClassified = (page: Page) => page.getByRole('main').locator('p.figures').getByText(`${COUNT} of ${COUNT}`)

test('shows many photos at once with their results, and hands them to a batch @extended', async ({ page }) => {
  await openClassify(page)
  await photoInput(page).setInputFiles(distinctFiles(root(), COUNT))
  await expect(heading(page, `${COUNT} photos`)).toBeVisible()
  await expect(allClassified(page)).toBeVisible()
  await expect(page).toHaveURL(/#all$/)
  const image = tile(page, '0000.webp').locator('img')
  // Not the photo itself.
  await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.naturalHeight)).toBe(160)
  expect(await violations(page)).toEqual([])
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
  expect(scrollWidth).toBe(clientWidth)

  await tile(page, '0000.webp').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await expect(tile(page, '0001.webp')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#photo-2$/)
  await expect(page.getByRole('region', { name: 'Result' })).toBeFocused()
  // The strip shows some of them, and moves on with the selection.
  await tile(page, '0011.webp').click()
  await page.keyboard.press('ArrowRight')
  await expect(tile(page, '0012.webp')).toBeFocused()
  await page.getByRole('button', { name: `All ${COUNT}` }).press('Enter')
  await expect(tile(page, '0012.webp')).toHaveAttribute('aria-current', 'true')
  await expect(tile(page, '0012.webp')).toBeFocused()

  await page.getByRole('button', { name: 'Open as a batch' }).click()
  await expect(page).toHaveURL(/\/batch/)
  await waitUntilDone(page)
  await expect(figures(page)).toContainText(`${COUNT} of ${COUNT}`)
  await page.goBack()
  await expect(allClassified(page)).toBeVisible()
})
