import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, type Locator, type Page, test } from '@playwright/test'
import Papa from 'papaparse'
import { RESULT_COLUMNS } from '@/lib/shared/results/columns'
import { smallDataset } from '../support/small-dataset'
import { violations } from './axe'
import { chooseFiles, chooseFolder, exportText, openBatch, rows, temporaryFolder, waitUntilDone } from './batch-page'
import { failOnPageErrors } from './browser-page'

const root = temporaryFolder()
test.beforeEach(({ page }) => failOnPageErrors(page))

/** A data set with everything that a check finds, in train and test. */
async function createDataset(): Promise<string> {
  const folder = join(root(), 'dataset')
  for (const { file, bytes } of await smallDataset()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), bytes)
  }
  return folder
}

const switchOn = (page: Page) => page.getByRole('switch', { name: 'Check the data set: copies, wrong labels, quality' })
const findings = (page: Page) => page.getByRole('region', { name: 'Check', exact: true })
const finding = (page: Page, name: RegExp) => findings(page).getByRole('region', { name })

/** Waits for the announcement that the check is done. */
const checked = (page: Page, words: string | RegExp = /^Check complete\. 23 photos: 4 groups of copies,/) =>
  expect(findings(page).getByRole('status').filter({ hasText: words })).toBeVisible({ timeout: 40_000 })

async function download(page: Page, link: Locator): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  expect(file.suggestedFilename()).toBe('cleaned-labels.csv')
  return readFileSync(await file.path(), 'utf8')
}

/** The photos in the table, in its order. */
const names = async (page: Page) => (await rows(page).allTextContents()).map((text) => /([\w-]+)\.jpg/.exec(text)?.[1])

test('a batch is checked: copies, labels, quality; each finding opens its photos and shows them in the table', async ({
  page,
}) => {
  test.setTimeout(120_000)
  await openBatch(page)
  await expect(switchOn(page)).not.toBeChecked()
  await switchOn(page).click()
  await chooseFolder(page, await createDataset())
  await expect(findings(page)).toContainText('The check starts once all photos have results.')
  await waitUntilDone(page)
  await checked(page)

  // Leaks come first, and say where the copies are.
  const copies = finding(page, /^Copies/)
  await expect(copies.getByRole('listitem').first()).toContainText(
    /Leak: test and train.*koala\.jpgKeep.*marsupial\.jpg/,
  )
  await copies.getByRole('button', { name: 'marsupial.jpg' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('marsupial.jpg')
  await expect(dialog).toContainText('2 of 2')
  await page.keyboard.press('ArrowLeft')
  await expect(dialog).toContainText('koala.jpg')

  // Similar photos: its copy is the first, and opens in turn.
  await dialog.getByRole('button', { name: 'Similar photos' }).click()
  const similar = dialog.getByRole('button', { name: /^Show dataset/ })
  await expect(similar).toHaveCount(12)
  await expect(similar.first()).toHaveAccessibleName('Show dataset/test/animal/marsupial.jpg')
  expect(await violations(page)).toEqual([])
  await similar.first().click()
  await expect(similar.first()).toHaveAccessibleName('Show dataset/train/animal/koala.jpg')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(copies.getByRole('button', { name: 'marsupial.jpg' })).toBeFocused()
  expect(await names(page)).toEqual(['koala', 'marsupial'])

  // "More like this" shows them in the table, the most similar first.
  await rows(page).first().click()
  await dialog.getByRole('button', { name: 'Similar photos' }).click()
  await dialog.getByRole('button', { name: 'More like this' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Remove filter “Like koala.jpg”' })).toBeVisible()
  await expect(rows(page).first().getByRole('button')).toBeFocused()
  expect((await names(page)).slice(0, 2)).toEqual(['koala', 'marsupial'])

  // The polar bear lies in the folder of things.
  const labels = finding(page, /^Labels that look wrong/)
  const issue = labels.getByRole('button', { name: /^thing looks like animal.*polar-bear\.jpg.*% sure$/ })
  await issue.click()
  await expect(dialog).toContainText('polar-bear.jpg')
  await page.keyboard.press('Escape')
  await finding(page, /^Mixed-up labels/)
    .getByRole('button', { name: /^thing looks like animal: \d+ photos?$/ })
    .click()
  expect(await names(page)).toContain('polar-bear')
  const quality = finding(page, /^Low quality/)
  await quality.getByRole('button', { name: 'Too dark', exact: true }).click()
  expect(await names(page)).toContain('dark')
  await expect(quality.getByRole('button', { name: 'tiny.jpg' }).first()).toBeVisible()
  await expect(findings(page).locator('img').first()).toBeVisible()
  expect(await violations(page)).toEqual([])

  const line = (label: string) => `dataset/train/thing/polar-bear.jpg,${label},train`
  const cleaned = await download(
    page,
    findings(page).getByRole('link', { name: 'Download cleaned labels', exact: true }),
  )
  expect(cleaned).toContain(line('thing'))
  expect(cleaned).not.toContain('marsupial')
  const suggested = await download(page, findings(page).getByRole('link', { name: /with suggestions$/ }))
  expect(suggested).toContain(line('animal'))

  // The page's own export has the columns that the server's has.
  await page.getByRole('button', { name: 'Export' }).click()
  const { data, meta } = Papa.parse<Record<string, string>>((await exportText(page)).replace('\ufeff', ''), {
    header: true,
  })
  expect(meta.fields).toEqual([
    ...RESULT_COLUMNS,
    ...['near_copy_of', 'copy_group', 'label_issue', 'suggested_label', 'quality'],
  ])
  const id = new URL(page.url()).hash.slice(1)
  const csv = await (await page.request.get(`/api/jobs/${id}/results?format=csv`)).text()
  const server = Papa.parse<Record<string, string>>(csv.replace('\ufeff', ''), { header: true, skipEmptyLines: true })
  const found = ({ file, ...row }: Record<string, string>) =>
    [file, row.near_copy_of, row.copy_group, row.label_issue, row.suggested_label, row.quality].join(' ')
  expect(data.filter(({ file }) => file).map(found)).toEqual(server.data.map(found))
})

test('labels that the visitor adds are checked in turn, also after a reload; the report stays meanwhile @extended @phone-extended', async ({
  page,
}) => {
  test.setTimeout(120_000)
  await page.emulateMedia({ colorScheme: test.info().project.name === 'phone' ? 'dark' : 'light' })
  await openBatch(page)
  await switchOn(page).click()
  const folder = await createDataset()
  await chooseFiles(
    page,
    ...['koala', 'cat', 'goldfish', 'crocodile'].map((name) => join(folder, `train/animal/${name}.jpg`)),
    ...['bucket', 'espresso', 'baseball'].map((name) => join(folder, `train/thing/${name}.jpg`)),
  )
  await waitUntilDone(page)
  await checked(page, 'Check complete. 7 photos: no copies, no label that looks wrong')
  await expect(finding(page, /^Copies/)).toContainText('No copies found.')
  await expect(finding(page, /^Labels that look wrong/)).toContainText('No photo has a label.')
  const csv = join(root(), 'labels.csv')
  writeFileSync(
    csv,
    'file,label\nkoala.jpg,animal\ncat.jpg,animal\ngoldfish.jpg,animal\nbucket.jpg,thing\nespresso.jpg,thing\nbaseball.jpg,thing\n',
  )
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/check'))
  await page.locator('input[data-picks=labels]').setInputFiles(csv)
  expect((await sent).postData()).toContain('bucket.jpg,thing')
  await expect(findings(page)).toContainText('Labels from labels.csv.', { timeout: 40_000 })
  await checked(page, 'Check complete. 7 photos')
  await expect(finding(page, /^Labels that look wrong/)).not.toContainText('No photo has a label.')
  expect(await violations(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)

  const again: string[] = []
  page.on('request', (request) => request.method() === 'POST' && again.push(request.url()))
  await page.reload()
  await expect(findings(page)).toContainText('Labels from labels.csv.')
  await checked(page, 'Check complete. 7 photos')
  expect(again).toEqual([])
})
