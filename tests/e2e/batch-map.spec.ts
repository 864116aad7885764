import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { smallDataset } from '../support/small-dataset'
import { violations } from './axe'
import { chooseFolder, openBatch, rows, temporaryFolder, waitUntilDone } from './batch-page'
import { failOnPageErrors } from './browser-page'

const root = temporaryFolder()
test.beforeEach(({ page }) => failOnPageErrors(page))

const PHOTOS = 23
const section = (page: Page) => page.getByRole('region', { name: 'Map', exact: true })
const map = (page: Page) => section(page).getByRole('application', { name: `Map of ${PHOTOS} photos` })
const legend = (page: Page) =>
  section(page)
    .getByRole('list', { name: /^Colors/ })
    .getByRole('button')
const tool = (page: Page, name: string) => section(page).getByRole('button', { name, exact: true })

/** Photos in the table, also those that aren't in sight. */
async function inTable(page: Page): Promise<number> {
  return Number(await page.getByRole('table', { name: 'Batch photos' }).getAttribute('aria-rowcount')) - 1
}

async function openMap(page: Page): Promise<void> {
  await openBatch(page)
  await page.getByRole('switch', { name: /^Check the data set/ }).click()
  const folder = join(root(), 'dataset')
  for (const { file, bytes } of await smallDataset()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), bytes)
  }
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  await tool(page, 'Draw the map').click()
  await expect(map(page)).toBeVisible({ timeout: 30_000 })
}

type Corners = readonly (readonly [x: number, y: number])[]

/** Drags along the corners of a part of the map, from 0 to 1: with the mouse, or with a finger on a phone. */
async function drag(page: Page, corners: Corners, isMobile: boolean): Promise<void> {
  const { x, y, width, height } = (await map(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const places = corners.map(([right, down]) => ({ x: x + right * width, y: y + down * height }))
  if (isMobile) return swipe(page, places)
  for (const [at, place] of places.entries()) {
    await page.mouse.move(place.x, place.y, { steps: 4 })
    if (at === 0) await page.mouse.down()
  }
  await page.mouse.up()
}

const STEPS = 4

async function swipe(page: Page, places: readonly { x: number; y: number }[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints })
  const [first = { x: 0, y: 0 }, ...others] = places
  await send('touchStart', [first])
  let from = first
  for (const to of others) {
    for (let step = 1; step <= STEPS; step++) {
      const share = step / STEPS
      await send('touchMove', [{ x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) }])
    }
    from = to
  }
  await send('touchEnd', [])
  await session.detach()
}

test('the map of a batch filters the table by lasso and by label, and opens its photos by keys @phone-extended', async ({
  page,
  isMobile,
}) => {
  test.setTimeout(120_000)
  await page.emulateMedia({ colorScheme: isMobile ? 'dark' : 'light' })
  await openMap(page)
  await expect(section(page).getByRole('heading', { name: 'Map' })).toBeFocused()
  await map(page).scrollIntoViewIfNeeded()
  expect(await violations(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)

  // A line around all photos, then one around the left half of the map.
  await tool(page, 'Lasso').click()
  const around = [
    [0.01, 0.01],
    [0.99, 0.01],
    [0.99, 0.99],
    [0.01, 0.99],
  ] as const
  await drag(page, around, isMobile)
  await expect(section(page)).toContainText(`${PHOTOS} of ${PHOTOS} photos stand out`)
  await expect(page.getByRole('button', { name: 'Remove filter “Chosen on the map”' })).toBeVisible()
  await drag(
    page,
    around.map(([x, y]) => [x / 2, y] as const),
    isMobile,
  )
  await expect(section(page)).not.toContainText(`${PHOTOS} of ${PHOTOS}`)
  const half = await inTable(page)
  expect([half > 0, half < PHOTOS]).toEqual([true, true])
  await expect(section(page)).toContainText(`${half} of ${PHOTOS} photo`)
  await tool(page, 'Clear selection').click()
  await expect(page.getByRole('button', { name: /^Remove filter/ })).toHaveCount(0)
  await tool(page, 'Lasso').click()

  // The legend does the same without a pointer.
  const first = legend(page).first()
  const label = (await first.locator('span').first().textContent()) ?? ''
  await first.press('Enter')
  await expect(first).toHaveAttribute('aria-pressed', 'true')
  const shown = await rows(page).allTextContents()
  expect(await inTable(page)).toBe(Number(await first.locator('span').last().textContent()))
  for (const text of shown) expect(text).toContain(label)
  await page.getByRole('button', { name: 'Remove filter “Chosen on the map”' }).click()
  await expect(first).toHaveAttribute('aria-pressed', 'false')

  // Keys go from photo to photo; the one that is opened comes back to the map.
  await map(page).focus()
  await page.keyboard.press('ArrowRight')
  const card = map(page).getByRole('status')
  await expect(card).toContainText(/% sure/)
  await expect(card.locator('img')).toBeVisible()
  const name = (await card.locator('p').last().textContent()) ?? ''
  expect(name).toMatch(/\.jpg$/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toContainText(name)
  await page.keyboard.press('Escape')
  await expect(map(page)).toBeFocused()
  expect(await inTable(page)).toBe(PHOTOS)
  await page.keyboard.press('+')
  await expect(tool(page, 'Show the whole map')).toHaveAttribute('aria-disabled', 'false')
  await page.keyboard.press('0')
  await expect(tool(page, 'Show the whole map')).toHaveAttribute('aria-disabled', 'true')

  // What the check found are colors, too.
  await expect(page.getByText(/^Check complete\./)).toBeVisible({ timeout: 40_000 })
  await section(page).getByLabel('Color', { exact: true }).selectOption('Copies')
  await expect(legend(page)).toHaveText([/^Has copies\d+$/, /^No copies\d+$/])
  expect(await violations(page)).toEqual([])
})

test('the map waits for the server, can be canceled, and says how to get it @extended', async ({ page }) => {
  test.setTimeout(120_000)
  await page.route('**/vectors', async (route) => {
    await page.waitForTimeout(1500)
    await route.continue().catch(() => {})
  })
  await openBatch(page)
  await page.getByRole('button', { name: /^Try 24 sample photos/ }).click()
  await waitUntilDone(page)
  await expect(section(page)).toContainText('For a map, switch on “Check the data set”')
  await expect(tool(page, 'Draw the map')).toHaveCount(0)
  await page.getByRole('button', { name: 'New batch' }).click()
  await page.getByRole('switch', { name: /^Check the data set/ }).click()
  await page.getByRole('button', { name: /^Try 24 sample photos/ }).click()
  await waitUntilDone(page)
  await tool(page, 'Draw the map').click()
  await expect(section(page).getByRole('progressbar')).toBeVisible()
  await tool(page, 'Cancel').click()
  await expect(tool(page, 'Draw the map')).toBeVisible()
  await page.unroute('**/vectors')
  await page.route('**/vectors', (route) => route.fulfill({ status: 500, body: '{"code":"internal"}' }))
  await tool(page, 'Draw the map').click()
  await expect(section(page).getByRole('alert')).toContainText('The map couldn’t be drawn.')
  await page.unroute('**/vectors')
  await tool(page, 'Try again').click()
  await expect(section(page).getByRole('application', { name: /^Map of 2\d photos/ })).toBeVisible()
})
