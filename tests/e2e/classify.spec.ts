import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import sharp from 'sharp'
import { readRows } from '../support/workbook'

const photo = (name: string) => `public/gallery/${name}`
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const choose = (page: Page, ...names: string[]) =>
  page.locator('input[type=file][multiple]').setInputFiles(names.map(photo))
const thumbnails = (page: Page) =>
  page.getByRole('list', { name: 'Photos' }).getByRole('button', { name: /webp|png|heic/i })

/** Drops files on the page as a file manager would. */
async function drop(page: Page, ...names: string[]): Promise<void> {
  const files = names.map((name) => ({ name, data: readFileSync(photo(name)).toString('base64') }))
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer()
    for (const { name, data: base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      data.items.add(new File([bytes], name, { type: 'image/webp' }))
    }
    return data
  }, files)
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer })
  await expect(page.getByText('Drop to classify')).toBeVisible()
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
}

test.beforeEach(async ({ page }) => {
  page.on('console', (message) => {
    if (/Content Security Policy|hydrat/i.test(message.text())) throw new Error(message.text())
  })
  page.on('pageerror', (error) => {
    throw error
  })
  await page.goto('/')
  await hydrated(page)
})

/** Until React has taken over the page, a paste or a drop has nobody to hear it. */
async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    Object.keys(document.querySelector('main') ?? {}).some((key) => key.startsWith('__react')),
  )
}

test('a dropped photo gets its label, its score in words and number, its chart and its times @phone', async ({
  page,
}) => {
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  await drop(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  const answer = page.getByRole('region', { name: 'Result' })
  await expect(answer.getByText(/^(Almost certainly|Very likely|Probably)$/)).toBeVisible()
  await expect(answer.getByText(/^\d\d\.\d%$/)).toBeVisible()
  await expect(answer.getByText(/^(wait .*)?decode .* run .* total .* ms$/)).toBeVisible()
  await expect(page.getByText('768 × 1024 · WebP · 79 KB')).toBeVisible()
  // Drawn, not only told: five bars of falling length.
  const bars = answer.locator('.recharts-bar-rectangle path')
  await expect(bars).toHaveCount(5)
  const widths = await bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width))
  expect(widths[0]).toBeGreaterThan(3 * (widths[1] ?? 0))
  await expect(answer.getByRole('table', { name: 'Scores' }).getByRole('row')).toHaveCount(6)
  await expect(page.getByRole('status')).toContainText(/koala\.webp: .* koala, \d\d\.\d percent/)
})

test('several photos one after another; earlier answers stay', async ({ page }) => {
  await choose(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/classify') && requests++)
  await choose(page, 'espresso.png', 'goldfish.webp')
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(3)
  await thumbnails(page).nth(2).click()
  await expect(heading(page, 'goldfish')).toBeVisible()
  await thumbnails(page).nth(0).click()
  await expect(heading(page, 'koala')).toBeVisible()
  expect(requests).toBe(2)
})

test('a pasted photo, and a sample with its credit', async ({ page }) => {
  const base64 = readFileSync(photo('goldfish.webp')).toString('base64')
  await page.evaluate((data) => {
    const clipboardData = new DataTransfer()
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
    clipboardData.items.add(new File([bytes], 'pasted.webp', { type: 'image/webp' }))
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, base64)
  await expect(heading(page, 'goldfish')).toBeVisible()
  await page.goto('/')
  await hydrated(page)
  await page.getByRole('button', { name: 'Classify a koala' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('Photo: David Iliff, CC BY-SA 3.0')).toBeVisible()
})

test('another model and another number of labels', async ({ page }) => {
  await choose(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.getByRole('button', { name: /Balanced model/ }).click()
  const request = page.waitForRequest(/api\/classify\?model=fast/)
  await page.getByText('Fast', { exact: true }).click()
  await request
  await expect(page.getByRole('button', { name: /Fast model/ })).toBeVisible()
  await expect(heading(page, 'espresso')).toBeVisible()
  // The sliders work on what is there: no further request.
  page.on('request', (request) => {
    if (request.url().includes('/api/')) throw new Error(`asked again: ${request.url()}`)
  })
  const rows = page.getByRole('table', { name: 'Scores' }).getByRole('row')
  await page.getByRole('slider', { name: 'Labels' }).press('End')
  await expect(rows).toHaveCount(11)
  await page.getByRole('slider', { name: 'Labels' }).press('Home')
  await expect(rows).toHaveCount(2)
  await page.getByRole('slider', { name: 'Labels' }).press('End')
  await page.getByRole('slider', { name: 'Min. score' }).press('End')
  await expect(rows).toHaveCount(2)
  await expect(page.getByRole('button', { name: 'Fast model · top 10 · 50% or higher' })).toBeVisible()
})

test('what the model saw, beside the photo @phone', async ({ page }) => {
  await choose(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.getByRole('button', { name: 'What the model saw' }).click()
  const crop = page.getByRole('img', { name: 'The part of the photo that the model saw' })
  await expect(crop).toBeVisible()
  expect(await crop.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight])).toEqual([
    240, 240,
  ])
  await expect(page.getByText('Resized to 274 × 365 (bicubic). Cropped to the center 240 × 240.')).toBeVisible()
})

test('all by keyboard: choose, walk through the photos, remove one', async ({ page }) => {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose photos' }).focus()
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(['koala.webp', 'goldfish.webp'].map(photo))
  await expect(heading(page, 'koala')).toBeVisible()
  await thumbnails(page).nth(0).focus()
  await page.keyboard.press('ArrowRight')
  await expect(heading(page, 'goldfish')).toBeVisible()
  await expect(thumbnails(page).nth(1)).toBeFocused()
  await page.keyboard.press('Delete')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(1)
  await page.keyboard.press('Tab')
})

test('a photo that cannot be read says why and leaves the others alone', async ({ page }) => {
  await choose(page, 'koala.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  await page.locator('input[type=file][multiple]').setInputFiles([
    {
      name: 'IMG_1.HEIC',
      mimeType: 'image/heic',
      buffer: Buffer.from('00000018667479706865696300000000686569636d696631', 'hex'),
    },
  ])
  await expect(heading(page, 'Couldn’t convert this HEIC photo')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Result' }).getByText(/on your iPhone/)).toBeVisible()
  await page.getByRole('button', { name: 'Remove photo' }).click()
  await expect(heading(page, 'koala')).toBeVisible()
})

test('HEIC is converted in the browser @phone', async ({ page }) => {
  await page.locator('input[type=file][multiple]').setInputFiles('tests/e2e/photos/koala.heic')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('Converted from HEIC in your browser.')).toBeVisible()
  await expect(page.getByText('koala.heic · 384 × 512')).toBeVisible()
  // The small picture too, which failed as long as it was HEIC.
  await expect(thumbnails(page).first().locator('img')).toBeVisible()
})

test('HEIC that this browser cannot convert is read by the server', async ({ page }) => {
  // Without threads the converter cannot run, as where a policy forbids it.
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new Error('no threads here')
      }
    } as unknown as typeof Worker
  })
  await page.reload()
  await hydrated(page)
  await page.locator('input[type=file][multiple]').setInputFiles('tests/e2e/photos/koala.heic')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('koala.heic · 384 × 512 · HEIC')).toBeVisible()
  await expect(page.getByText('Converted from HEIC in your browser.')).toBeHidden()
})

test('a large photo is sent smaller and says so, unless the original is wanted', async ({ page }) => {
  const large = sharp('public/gallery/koala.webp').resize(5400).sharpen({ sigma: 2 })
  const buffer = await large.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
  expect(buffer.length).toBeGreaterThan(20_000_000) // More than the server takes.
  const file = { name: 'large.jpg', mimeType: 'image/jpeg', buffer }
  await page.locator('input[type=file][multiple]').setInputFiles([file])
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText(/Resized before upload: 1536 × 2048, .* KB instead of \d\d MB\./)).toBeVisible()
  await expect(page.getByText(/large\.jpg · 5400 × 7200 · JPEG · \d\d MB/)).toBeVisible()
  await page.getByRole('button', { name: 'Send original' }).click()
  await expect(heading(page, 'File too large')).toBeVisible()
  await expect(
    page.getByRole('region', { name: 'Result' }).getByText(/It’s \d\d MB; the limit is 20 MB\./),
  ).toBeVisible()
  // The choice for all photos stays.
  await page.getByRole('button', { name: /Balanced model/ }).click()
  await page.getByRole('switch', { name: 'Resize large photos' }).click()
  await page.reload()
  await hydrated(page)
  const original = await large.jpeg({ quality: 92 }).toBuffer()
  expect(original.length).toBeGreaterThan(4_000_000)
  const reply = page.waitForResponse(/api\/classify/)
  await page.locator('input[type=file][multiple]').setInputFiles([{ ...file, buffer: original }])
  await expect(heading(page, 'koala')).toBeVisible()
  expect((await (await reply).json()).image.bytes).toBe(original.length)
})

test('a file over the limit is refused before it is sent', async ({ page }) => {
  let requests = 0
  page.on('request', (request) => request.url().includes('/api/classify') && requests++)
  await page
    .locator('input[type=file][multiple]')
    .setInputFiles([{ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(20_000_001) }])
  await expect(heading(page, 'File too large')).toBeVisible()
  expect(requests).toBe(0)
})

test('offline: photos are kept, and sent when the connection is back', async ({ page, context }) => {
  await context.setOffline(true)
  await expect(page.getByText('You’re offline.')).toBeVisible()
  await choose(page, 'koala.webp', 'goldfish.webp')
  await expect(heading(page, 'No connection')).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(heading(page, 'No connection')).toBeVisible()
  // By itself, and with the parts of the page that could not be fetched before.
  await context.setOffline(false)
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(page.getByText('You’re offline.')).toBeHidden()
  await expect(page.getByRole('table', { name: 'Scores' })).toBeVisible()
  await page.getByRole('button', { name: 'goldfish.webp' }).click()
  await expect(heading(page, 'goldfish')).toBeVisible()
})

test('a busy server is asked again; a slow upload shows its progress', async ({ page }) => {
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
  await choose(page, 'koala.webp')
  await expect(page.getByText('The server is busy. Retrying in 2 s')).toBeVisible()
  await expect(page.getByText('The server is busy. Retrying in 1 s')).toBeVisible()
  await expect(page.getByRole('progressbar', { name: 'Upload' })).toBeVisible()
  await expect(heading(page, 'koala')).toBeVisible()
})

test("an answer below the model's own limit is called uncertain", async ({ page }) => {
  // Evenly coloured noise is nothing that the labels name.
  await page.locator('input[type=file][multiple]').setInputFiles('tests/e2e/photos/noise.png')
  await expect(page.getByText('Not sure. Possibly', { exact: true })).toBeVisible()
  await expect(page.getByText(/doesn’t look like anything the model was trained on/)).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${scheme}${scheme === 'dark' ? ' @phone' : ''}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await page.reload()
    const violations = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    }
    expect(await violations()).toEqual([])
    await choose(page, 'koala.webp', 'espresso.png')
    await expect(heading(page, 'koala')).toBeVisible()
    await page.getByRole('button', { name: /Balanced model/ }).click()
    await page.getByRole('button', { name: 'What the model saw' }).click()
    await expect(page.getByRole('img', { name: 'The part of the photo that the model saw' })).toBeVisible()
    await expect(page.getByRole('slider', { name: 'Labels' })).toBeVisible()
    expect(await violations()).toEqual([])
    await page
      .locator('input[type=file][multiple]')
      .setInputFiles([{ name: 'a.heic', mimeType: 'image/heic', buffer: Buffer.from('not a photo') }])
    await expect(heading(page, 'This is not an image')).toBeVisible()
    expect(await violations()).toEqual([])
  })
}

test('nothing is wider than the screen, and the answer needs no scrolling @phone', async ({ page }) => {
  await choose(page, 'koala.webp', 'espresso.png', 'goldfish.webp', 'polar-bear.webp', 'scarlet-macaw.webp')
  await expect(heading(page, 'koala')).toBeVisible()
  const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(width).toBeLessThanOrEqual(0)
  await expect(heading(page, 'koala')).toBeInViewport({ ratio: 1 })
})

test('the theme follows the system until it is chosen, and the choice stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.getByRole('button', { name: 'Theme and language' }).click()
  await page.getByRole('radio', { name: 'Light' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await page.getByRole('button', { name: 'Theme and language' }).click()
  await expect(page.getByRole('radio', { name: 'Light' })).toBeChecked()
  await page.getByRole('radio', { name: 'System' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  // As soon as the system changes, not only at the next load.
  await page.emulateMedia({ colorScheme: 'light' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
})

test('answers are copied as JSON and code, and saved as CSV, Excel and JSON of all photos', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await choose(page, 'koala.webp', 'espresso.png')
  await expect(heading(page, 'koala')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(2)
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  const pick = async (menu: string, item: string | RegExp) => {
    await page.getByRole('button', { name: menu, exact: true }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await pick('Copy', 'Result as JSON')
  await expect(page.getByText('JSON copied')).toBeVisible()
  expect(JSON.parse(await clipboard())[0]).toMatchObject({
    file: 'koala.webp',
    predictions: [{ label: 'koala' }, {}, {}, {}, {}, {}, {}, {}, {}, {}],
  })
  await pick('Copy', 'Link to this result')
  await expect(page.getByText('Link copied')).toBeVisible()
  const link = await clipboard()
  const other = await context.newPage()
  const requests: string[] = []
  other.on('request', (request) => requests.push(request.url()))
  await other.goto(link)
  await expect(heading(other, 'koala')).toBeVisible()
  await expect(other.getByText('koala.webp')).toBeVisible()
  expect((await new AxeBuilder({ page: other }).analyze()).violations).toEqual([])
  // Neither the answer nor the photo went to the server.
  expect(requests.filter((url) => /#|api\//.test(new URL(url).pathname + new URL(url).search))).toEqual([])
  await other.goto(`${link.split('#')[0]}#cut`)
  await expect(heading(other, 'This link is invalid')).toBeVisible()
  await other.close()
  await pick('Copy', 'API request (cURL)')
  await expect(page.getByText('cURL copied')).toBeVisible()
  expect(await clipboard()).toMatch(
    /^curl --data-binary @koala\.webp 'http:.*\/api\/classify\?model=efficientnet-lite1-int8'$/,
  )
  await expect(page.getByRole('button', { name: 'Download', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'espresso.png' }).click()
  await expect(heading(page, 'espresso')).toBeVisible()
  const [csv] = await Promise.all([page.waitForEvent('download'), pick('Download', 'CSV (2 photos)')])
  const lines = readFileSync(await csv.path(), 'utf8')
    .trim()
    .split('\r\n')
  expect(lines).toHaveLength(3)
  expect(lines[1]).toMatch(/^koala\.webp,ok,koala,0\.9.*,768,1024,\d+,[0-9a-f]{64},/)
  const [excel] = await Promise.all([page.waitForEvent('download'), pick('Download', 'Excel (2 photos)')])
  expect(await readRows(readFileSync(await excel.path()))).toMatchObject([
    { file: 'koala.webp', width: 768 },
    { file: 'espresso.png' },
  ])
  const [json] = await Promise.all([page.waitForEvent('download'), pick('Download', 'JSON (2 photos)')])
  expect(JSON.parse(readFileSync(await json.path(), 'utf8'))).toHaveLength(2)
})

test('a photo by its address: typed, pasted, wrong and refused @phone', async ({ page, baseURL }) => {
  const field = page.getByRole('textbox', { name: 'Image URL' })
  await field.fill('koala')
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  await expect(page.getByText('Enter a URL that starts with http:// or https://.')).toBeVisible()
  await field.fill('http://169.254.169.254/latest')
  await field.press('Enter')
  await expect(page.getByText('This address is not fetched: The address is not on the public internet.')).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await field.fill(`${baseURL}/gallery/koala.webp`)
  await field.press('Enter')
  await expect(heading(page, 'koala')).toBeVisible()
  // Anywhere on the page, beside the photo that is there.
  await page.evaluate((url) => {
    const data = new DataTransfer()
    data.setData('text/plain', url)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
  }, `${baseURL}/gallery/espresso.png`)
  await expect(heading(page, 'espresso')).toBeVisible()
  await expect(thumbnails(page)).toHaveCount(2)
})
