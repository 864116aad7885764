import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { readRows } from '../support/workbook'
import { violations } from './axe'
import { choosePhotos, heading } from './browser-page'
import { openClassify, thumbnails } from './classify-page'

test.beforeEach(({ page }) => openClassify(page))

test('copies results as JSON and code, and downloads them as CSV, Excel and JSON', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await choosePhotos(page, 'koala.webp', 'espresso.png')
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
  await expect(other.getByText('Also called koala bear, kangaroo bear, native bear')).toBeVisible()
  expect(await violations(other)).toEqual([])
  // Neither the result nor the photo was sent to the server.
  expect(requests.filter((url) => /#|api\//.test(new URL(url).pathname + new URL(url).search))).toEqual([])
  await other.goto(`${link.split('#')[0]}#cut`)
  await expect(heading(other, 'This link is invalid')).toBeVisible()
  // On request, the link carries a small copy of the photo, and says so before it's copied.
  await page.bringToFront()
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  const withThumbnail = page.getByRole('menuitem', { name: /^Link with a thumbnail.*Anyone with the link can see it/ })
  await expect(withThumbnail).toContainText(/\([2-5](\.\d)? KB\)/)
  // Menus open outside of the landmarks.
  expect(await violations(page, undefined, 'region')).toEqual([])
  await withThumbnail.click()
  await expect(page.getByText('Link with thumbnail copied')).toBeVisible()
  const withPicture = await clipboard()
  expect(withPicture.length).toBeLessThan(8000)
  await other.goto(withPicture)
  await expect(heading(other, 'koala')).toBeVisible()
  const picture = other.getByRole('img', { name: 'koala.webp' })
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalHeight)).toBeGreaterThan(90)
  expect(await violations(other)).toEqual([])
  await other.goto(withPicture.slice(0, -1000))
  await expect(picture).toBeHidden()
  await expect(heading(other, 'koala')).toBeVisible()
  await other.close()
  // Only a page in front may write to the clipboard, and it isn't there at once.
  await page.bringToFront()
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true)
  await pick('Copy', 'API request (cURL)')
  await expect(page.getByText('cURL copied')).toBeVisible()
  expect(await clipboard()).toMatch(
    /^curl --data-binary @koala\.webp 'http:.*\/api\/classify\?model=efficientnet-lite1-int8'$/,
  )
  // On plain HTTP, browsers have no such clipboard.
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }))
  await pick('Copy', 'API request (Python)')
  await expect(page.getByText('Python copied')).toBeVisible()
  await page.evaluate(() => (document.execCommand = () => false))
  await pick('Copy', 'API request (cURL)')
  await expect(page.getByText('Couldn’t copy.')).toBeVisible()
  await page.evaluate(() => Reflect.deleteProperty(navigator, 'clipboard'))
  expect(await clipboard()).toContain('import json, urllib.request')
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
