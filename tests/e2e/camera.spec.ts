import { expect } from '@playwright/test'
import { violations } from './axe'
import { heading, waitForHydration } from './browser-page'
import { isLive, test } from './fake-camera'

test.beforeEach(async ({ page }) => {
  page.on('pageerror', (error) => {
    throw error
  })
})

test('classifies frames one at a time, shows rate and latency, and captures a photo @extended @phone-extended', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['camera'])
  let [running, maxRunning, requests] = [0, 0, 0]
  page.on('request', (request) => {
    if (!request.url().includes('/api/classify')) return
    requests++
    maxRunning = Math.max(maxRunning, ++running)
  })
  page.on('requestfinished', (request) => request.url().includes('/api/classify') && running--)
  await page.goto('/')
  await waitForHydration(page)
  await page.getByRole('button', { name: 'Live camera' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Capture photo' })).toBeFocused()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText(/^\d+(\.\d)? fps · \d+ ms per frame$/)).toBeVisible()
  await expect(page.getByRole('table', { name: 'Scores' }).getByRole('row')).toHaveCount(6)
  await expect.poll(() => requests).toBeGreaterThan(10)
  expect(maxRunning).toBe(1)
  expect(await violations(page)).toEqual([])
  // The next frame uses another model.
  await page.getByRole('button', { name: /Balanced model/ }).click()
  const fast = page.waitForRequest(/api\/classify\?model=fast/)
  await page.getByText('Fast', { exact: true }).click()
  await fast
  await page.getByRole('button', { name: 'Capture photo' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Result' })).toBeFocused()
  // The captured photo and its result, instead of the camera.
  await expect(page.getByText(/camera-.* · 480 × 640 · JPEG/)).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  const before = requests
  await page.waitForTimeout(500) // Nothing should happen, so there is no event to wait for.
  expect(requests).toBeLessThanOrEqual(before + 1)
  await page.goBack()
  await expect(page.getByText(/fps/)).toBeVisible()
})

test('turns the camera off when the page is hidden, and resumes on request @extended', async ({ page, context }) => {
  await context.grantPermissions(['camera'])
  await page.goto('/#camera')
  await expect(heading(page, 'koala')).toBeVisible()
  expect(await isLive(page)).toBe(true)
  const ended = page.evaluate(() => {
    const stream = document.querySelector('video')?.srcObject as MediaStream
    Object.defineProperty(document, 'hidden', { value: true, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
    return stream.getTracks().map((track) => track.readyState)
  })
  expect(await ended).toEqual(['ended'])
  await expect(page.getByText('Camera paused', { exact: true })).toBeVisible()
  expect(await isLive(page)).toBe(false)
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: false, configurable: true }))
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByText(/fps/)).toBeVisible()
})

test('says that it waits for permission, and offers photos where there is no camera @phone-extended', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const { mediaDevices, permissions } = navigator
    permissions.query = async () => ({ state: 'prompt' }) as PermissionStatus
    // The test decides when the visitor responds, and that there is no camera.
    mediaDevices.getUserMedia = () =>
      new Promise((_resolve, reject) => {
        Object.assign(window, { respond: () => reject(new DOMException('', 'NotFoundError')) })
      })
  })
  await page.goto('/#camera')
  await expect(page.getByText('Waiting for your permission')).toBeVisible()
  await expect(page.getByText('Classifying')).toBeHidden()
  await page.evaluate(() => (window as unknown as { respond(): void }).respond())
  const notice = page.getByRole('alert').filter({ hasText: 'No camera found' })
  // Nothing is cut off, and nothing is about dropping.
  for (const button of await notice.getByRole('button').all()) await expect(button).toBeInViewport({ ratio: 1 })
  expect(await notice.evaluate((element) => element.scrollHeight - element.clientHeight)).toBeLessThanOrEqual(0)
  await expect(notice).not.toContainText(/drop/i)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    notice.getByRole('button', { name: 'Choose photos' }).click(),
  ])
  await chooser.setFiles('public/gallery/koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('koala.webp', { exact: true })).toBeVisible()
})

test('waits for a server that is away, without the last frame rate @extended', async ({ page, context }) => {
  await context.grantPermissions(['camera'])
  await page.goto('/#camera')
  const rate = page.getByText(/ms per frame/)
  await expect(rate).toBeVisible()
  await page.route('**/api/classify*', (route) => route.abort())
  await expect(page.getByText('Waiting for the server')).toBeVisible()
  await expect(rate).toBeHidden()
  await page.unroute('**/api/classify*')
  await expect(rate).toBeVisible()
  await expect(page.getByText('Waiting for the server')).toBeHidden()
})

test('explains a blocked camera and a busy server @extended', async ({ page, context }) => {
  await context.clearPermissions()
  await page.goto('/#camera')
  await expect(page.getByText('Camera access is blocked')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Choose photos' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await context.grantPermissions(['camera'])
  let refusals = 0
  await page.route('**/api/classify*', async (route) => {
    if (refusals++ > 0) return route.continue()
    const body = JSON.stringify({ code: 'queue_full', title: 'The queue is full', detail: '…' })
    await route.fulfill({ status: 429, headers: { 'retry-after': '2' }, contentType: 'application/problem+json', body })
  })
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('The server is busy. Retrying in 2 s')).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText(/The server is busy/)).toBeHidden()
})

test('records photos for a label while a button or key is held, and tries the model with the webcam @extended', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['camera'])
  await page.goto('/train')
  await waitForHydration(page)
  const label = (name: string) => page.getByRole('group', { name, exact: true })
  for (const name of ['koala', 'other']) {
    await page.getByRole('textbox', { name: 'New label' }).fill(name)
    await page.keyboard.press('Enter')
    await expect(label(name)).toBeVisible()
  }
  await label('koala')
    .getByRole('button', { name: /webcam/ })
    .click()
  const hold = page.getByRole('button', { name: 'Hold to record' })
  await expect(hold).toBeFocused()
  await page.keyboard.down('Space')
  await expect(page.getByText(/[2-9] photos recorded/)).toBeVisible()
  await page.keyboard.up('Space')
  await expect(hold).toBeVisible()
  await hold.hover()
  await page.mouse.down()
  await expect(page.getByRole('button', { name: 'Recording…' })).toBeVisible()
  await page.mouse.up()
  await expect(hold).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Close webcam' }).click()
  expect(await isLive(page)).toBe(false)
  const others = ['espresso.png', 'rocket.jpg', 'qutub-minar.webp', 'bucket.webp'].map(
    (name) => `public/gallery/${name}`,
  )
  await label('other').locator('input[type=file]').setInputFiles(others)
  await page.getByRole('region', { name: 'Try it' }).getByRole('button', { name: 'Webcam' }).click()
  await expect(page.getByTestId('tried-label')).toHaveText('koala')
})
