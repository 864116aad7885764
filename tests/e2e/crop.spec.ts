import { expect, type Locator, type Page, test } from '@playwright/test'
import { violations } from './axe'
import { choosePhotos, heading } from './browser-page'
import { openClassify } from './classify-page'

const move = (page: Page) => page.getByRole('button', { name: /Move$/ })
const editor = (page: Page) => page.getByRole('group', { name: 'Crop' })
const note = (page: Page) => page.getByText(/^Result for your crop:/)

async function boxOf(element: Locator) {
  const box = await element.boundingBox()
  if (!box) throw new Error('not displayed')
  return box
}

/** Drags a point of an element by a distance, and returns the crop that was requested. */
async function drag(page: Page, [x, y]: [number, number], right: number, down: number): Promise<string> {
  const request = page.waitForRequest(/api\/classify\?.*crop=/)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + right / 2, y + down / 2)
  await page.mouse.move(x + right, y + down)
  await page.mouse.up()
  return new URL((await request).url()).searchParams.get('crop') ?? ''
}

test.beforeEach(({ page }) => openClassify(page))

test('moves and resizes the frame by pointer, says so, keeps it after a reload, and resets it @phone', async ({
  page,
}) => {
  await choosePhotos(page, 'scarlet-macaw.webp')
  await expect(heading(page, 'macaw')).toBeVisible()
  const initial = await boxOf(page.getByTestId('input-frame'))
  await move(page).click()
  // Nothing lies over the handles.
  await expect(page.getByRole('figure')).not.toContainText('scarlet-macaw.webp')
  const frame = await boxOf(editor(page))
  expect(frame.width).toBeCloseTo(initial.width, -1)
  const middle: [number, number] = [frame.x + frame.width / 2, frame.y + frame.height / 2]
  expect(await drag(page, middle, -500, -500)).toMatch(/^0,0,69\d,69\d$/)
  await expect(note(page)).toHaveText(/ at 0, 0\.$/)
  const moved = await boxOf(editor(page))
  const corner: [number, number] = [moved.x + moved.width, moved.y + moved.height]
  expect(await drag(page, corner, -moved.width / 2, -moved.height / 2)).toMatch(/^0,0,3\d\d,3\d\d$/)
  await expect(heading(page, 'macaw')).toBeVisible()
  await page.getByRole('button', { name: 'What the model saw' }).click()
  await expect(page.getByText(/Your crop of 3\d\d × 3\d\d pixels, resized to 240 × 240/)).toBeVisible()
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(move(page)).toBeFocused()
  await page.reload()
  await expect(note(page)).toHaveText(/3\d\d × 3\d\d pixels at 0, 0/)
  await expect(page.getByRole('button', { name: 'Your crop · Move' })).toBeVisible()
  const request = page.waitForRequest((request) => request.url().includes('/api/classify'))
  await page.getByRole('button', { name: 'Reset crop' }).click()
  expect((await request).url()).not.toContain('crop=')
  await expect(note(page)).toHaveCount(0)
  // The frame follows the new answer.
  await expect.poll(async () => (await boxOf(page.getByTestId('input-frame'))).width).toBeCloseTo(initial.width, -1)
})

test('works by keyboard, once for several keys, for the heatmap and copied requests too', async ({ page, context }) => {
  test.setTimeout(150_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await move(page).press('Enter')
  await expect(page.getByRole('slider', { name: 'Distance from the left' })).toBeFocused()
  const requests: string[] = []
  page.on('request', (request) => {
    const crop = new URL(request.url()).searchParams.get('crop')
    if (crop) requests.push(crop)
  })
  // At once, however busy the machine is: the page sends nothing until the visitor pauses.
  await page.evaluate(async () => {
    for (const key of ['ArrowRight', 'ArrowDown', 'Shift+ArrowDown', '-', '-']) {
      const pressed = { key: key.replace('Shift+', ''), shiftKey: key.startsWith('Shift+'), bubbles: true }
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', pressed))
      // React renders.
      await null
    }
  })
  await expect(note(page)).toBeVisible()
  expect(requests).toHaveLength(1)
  await expect(page.getByRole('slider', { name: 'Size' })).toHaveAttribute('aria-valuetext', '78%')
  await page.keyboard.press('Escape')
  await expect(move(page)).toBeFocused()
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: 'Why this label?' }).click()
  // Hundreds of runs take a slow machine a while.
  await expect(page.getByText(/support koala/)).toBeVisible({ timeout: 90_000 })
  expect(requests).toEqual([requests[0], requests[0]])
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('menuitem', { name: /cURL/ }).click()
  await expect(page.getByText('cURL copied')).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`&crop=${requests[0]}'`)
})

test('has no accessibility violations while the frame is moved', async ({ page }) => {
  await choosePhotos(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await move(page).click()
  await expect(page.getByRole('slider', { name: 'Size' })).toBeVisible()
  expect(await violations(page)).toEqual([])
})
