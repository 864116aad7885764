import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { distinctPhotos, locked, zipOf } from '../support/many-photos'
import { packedBy, unmarked } from '../support/odd-zips'
import {
  chooseFiles,
  chooseFolder,
  createPhotoFolder,
  deleteBatch,
  fetchResults,
  figures,
  openBatch,
  rows,
  temporaryFolder,
  waitUntilDone,
} from './batch-page'
import { failOnPageErrors } from './browser-page'

const root = temporaryFolder()
test.beforeEach(async ({ page }) => {
  failOnPageErrors(page)
  await openBatch(page)
})

test('accepts dropped folders, ZIPs and files, and deletes earlier batches', async ({ page }) => {
  const folder = createPhotoFolder(root(), 4)
  const zip = join(root(), 'more.zip')
  writeFileSync(
    zip,
    await zipOf([
      ...distinctPhotos(3).map(({ file, bytes }) => ({ file: `in/${file}`, bytes })),
      { file: 'in/a.txt', bytes: Buffer.from('x') },
    ]),
  )
  writeFileSync(join(root(), 'broken.zip'), 'PK')
  writeFileSync(join(root(), 'locked.zip'), locked(await zipOf([{ file: 'secret.jpg', bytes: Buffer.from('x') }])))
  const protocol = await page.context().newCDPSession(page)
  const drag = { x: 200, y: 300, data: { items: [], files: [folder], dragOperationsMask: 1 } }
  await protocol.send('Input.dispatchDragEvent', { type: 'dragEnter', ...drag })
  await expect(page.getByText('Drop to add to the batch')).toBeVisible()
  await protocol.send('Input.dispatchDragEvent', { type: 'drop', ...drag })
  await waitUntilDone(page)
  expect((await fetchResults(page)).map(({ file }) => file)).toEqual([
    'holiday/0001.webp',
    'holiday/0002.webp',
    'holiday/zoo/0000.webp',
    'holiday/zoo/0003.webp',
  ])
  await page.getByRole('button', { name: 'New batch' }).click()
  await chooseFiles(
    page,
    zip,
    join(root(), 'broken.zip'),
    join(root(), 'locked.zip'),
    'tests/e2e/photos/koala.heic',
    join(folder, '0001.webp'),
  )
  await waitUntilDone(page)
  expect((await fetchResults(page)).map(({ file, label }) => [file, label !== null])).toEqual([
    ['0001.webp', true],
    ['koala.heic', true],
    ['in/photos/00000.webp', true],
    ['in/photos/00001.webp', true],
    ['in/photos/00002.webp', true],
  ])
  await page.getByRole('button', { name: '3 files skipped' }).click()
  await expect(page.getByText('broken.zipunreadable archive')).toBeVisible()
  await expect(page.getByText('secret.jpgpassword-protected')).toBeVisible()
  await expect(page.getByText('in/a.txtnot a photo')).toBeVisible()
  // A photo of the ZIP is unpacked for its row and for the dialog.
  await expect(rows(page).nth(3).locator('img')).toBeVisible()
  await page.getByRole('button', { name: 'Show in/photos/00000.webp' }).click()
  const dialog = page.getByRole('dialog')
  await expect
    .poll(() => dialog.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(100)
  await expect(dialog.getByRole('table', { name: 'Scores' })).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(dialog).toContainText('in/photos/00001.webp')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  // Earlier batches are listed and can be deleted together with their data on the server.
  await page.getByRole('button', { name: 'New batch' }).click()
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(2)
  await deleteBatch(page, 'holiday')
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1)
})

test('reads a macOS ZIP with labels: keeps file names, uses the labels, leaves out unsupported compression @extended', async ({
  page,
}) => {
  const [one, two, three] = distinctPhotos(3).map(({ bytes }) => bytes) as [Buffer, Buffer, Buffer]
  const labels = Buffer.from('file,label\nBu\u0308ro.webp,koala\n照片.webp,goldfish\n')
  const archive = await zipOf([
    { file: 'Bu\u0308ro.webp', bytes: one },
    { file: '照片.webp', bytes: two },
    { file: 'packed.webp', bytes: three },
    { file: '__MACOSX/._照片.webp', bytes: two },
    { file: 'Thumbs.db', bytes: two },
    { file: 'desktop.ini', bytes: two },
    { file: 'labels.csv', bytes: labels },
  ])
  writeFileSync(join(root(), 'mac.zip'), packedBy(unmarked(archive), 'packed.webp', 12))
  await chooseFiles(page, join(root(), 'mac.zip'))
  await waitUntilDone(page)
  expect((await fetchResults(page)).map(({ file }) => file)).toEqual(['Bu\u0308ro.webp', '照片.webp'])
  await page.getByRole('button', { name: '1 file skipped' }).click()
  await expect(page.getByText('packed.webpunsupported compression method')).toBeVisible()
  await expect(page.getByText('labels.csv')).toBeVisible()
})

test('says what it waits for: photos to labels, or why a ZIP has none @extended', async ({ page }) => {
  writeFileSync(join(root(), 'labels.csv'), 'file,label\nkoala.webp,koala\n')
  await chooseFiles(page, join(root(), 'labels.csv'))
  await expect(page.getByText('labels.csv is ready. Now add the photos.')).toBeVisible()
  writeFileSync(join(root(), 'broken.zip'), 'PK')
  writeFileSync(join(root(), 'empty.zip'), Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]))
  await chooseFiles(page, join(root(), 'broken.zip'), join(root(), 'empty.zip'))
  const notice = page.getByRole('status').filter({ hasText: '2 files skipped' })
  await expect(notice.getByRole('listitem')).toHaveText(['broken.zipunreadable archive', 'empty.zipempty archive'])
})

test('starts with the gallery’s photos by one click; bars filter the table', async ({ page }) => {
  await page.getByRole('button', { name: 'Try 24 sample photos' }).press('Enter')
  // The button is gone, and so would be a keyboard's place on the page.
  await expect(page.getByRole('heading', { level: 1, name: 'Sample photos' })).toBeFocused()
  await waitUntilDone(page)
  await expect(figures(page)).toContainText('24 of 24')
  await expect(page.getByText(/\d\.\d% right of 22 labeled photos$/)).toBeVisible()
  // Each uncertain result says why.
  const results = await fetchResults(page)
  expect(results.map(({ uncertain_reason }) => uncertain_reason !== null)).toEqual(
    results.map(({ uncertain }) => uncertain),
  )
  expect(results.filter(({ uncertain }) => uncertain).length).toBeGreaterThan(0)
  const bar = page.getByRole('list', { name: 'Photos by confidence' }).getByRole('button').last()
  const count = /: (\d+) photos/.exec((await bar.getAttribute('aria-label')) ?? '')?.[1]
  await bar.click()
  await expect(page.getByText(`${count} of 24`, { exact: true })).toBeVisible()
  await bar.click()
  // The search knows what a label is a kind of.
  await page.getByRole('searchbox').fill('parrot')
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText('macaw')
  await page.getByRole('searchbox').fill('')
  await page.getByRole('button', { name: /^Show all \d+ labels$/ }).click()
  await page.getByRole('button', { name: /^palace/ }).click()
  await rows(page)
    .first()
    .click({ position: { x: 20, y: 20 } })
  await page.getByRole('button', { name: 'Open on the Classify page' }).click()
  await expect(page).toHaveURL(/\/#photo-\d+$/)
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('palace')
})

test('an address without a batch has no live buttons', async ({ page }) => {
  await page.goto('/batch#no-such-batch-no-such-batch')
  await expect(page.getByRole('heading', { name: 'There is no batch at this URL' })).toBeVisible()
  expect(await page.getByRole('main').getByRole('button').allTextContents()).toEqual([' New batch'])
  await page.getByRole('button', { name: 'New batch' }).click()
  await expect(page.getByRole('heading', { name: 'Classify a batch' })).toBeFocused()
  // A link that was followed together with the end of its sentence.
  await page.getByRole('button', { name: 'Try 24 sample photos' }).click()
  await waitUntilDone(page)
  const link = page.url()
  await page.goto('/about')
  await page.goto(`${link}.`)
  await expect(page.getByRole('heading', { level: 1, name: 'Sample photos' })).toBeVisible()
  expect(page.url()).toBe(link)
})

test('renders only the visible rows of thousands of photos', async ({ page }) => {
  const folder = join(root(), 'many')
  mkdirSync(folder)
  for (let index = 0; index < 3000; index++)
    copyFileSync('public/gallery/thumbs/koala.webp', join(folder, `${index}.webp`))
  await chooseFolder(page, folder)
  await expect(rows(page).first()).toBeVisible({ timeout: 20_000 })
  expect(await rows(page).count()).toBeLessThan(40)
  await expect(page.getByRole('table', { name: 'Batch photos' })).toHaveAttribute('aria-rowcount', '3001')
  const scroller = page.getByRole('region', { name: /^Photos: arrow keys/ })
  await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await expect(rows(page).last()).toHaveAttribute('aria-rowindex', '3001')
  expect(await rows(page).count()).toBeLessThan(40)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel remaining photos' }).click()
  await expect(page.getByText('Canceled. Results so far are kept.').first()).toBeVisible()
})
