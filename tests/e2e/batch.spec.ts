import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import Papa from 'papaparse'
import { distinctPhotos, locked, zipOf } from '../support/many-photos'
import { packedBy, unmarked } from '../support/odd-zips'
import { readRows } from '../support/workbook'
import {
  chooseFiles,
  chooseFolder,
  createPhotoFolder,
  deleteBatch,
  downloadExport,
  exportText,
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

/** Removes the `ms` column, the only one that may differ. No cell here contains a comma. */
const withoutTimes = (csv: string) =>
  csv
    .split('\r\n')
    .map((line) => line.split(',').toSpliced(13, 1).join())
    .join('\n')

test('exports the same CSV for a folder as the command, except for the times', async ({ page }) => {
  const folder = createPhotoFolder(root(), 50)
  writeFileSync(join(folder, 'notes.txt'), 'no photo')
  writeFileSync(join(folder, '.DS_Store'), '')
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  await expect(figures(page)).toContainText('50 of 50')
  await page.getByRole('button', { name: '1 file skipped' }).click()
  await expect(page.getByText('holiday/notes.txtnot a photo')).toBeVisible()
  await page.getByRole('button', { name: 'Export' }).click()
  const csv = await exportText(page)
  execFileSync(process.execPath, [resolve('dist/vision.js'), 'classify', 'holiday', '--out', 'out.csv'], {
    cwd: root(),
    stdio: 'ignore',
  })
  expect(withoutTimes(csv)).toBe(withoutTimes(readFileSync(join(root(), 'out.csv'), 'utf8')))
  await page.getByText('Excel', { exact: true }).click()
  // The Excel code is loaded on demand.
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Download 50 rows' }).click()
  await expect(page.getByText('Couldn’t create the file')).toBeVisible()
  await page.context().setOffline(false)
  const sheet = await readRows(readFileSync(await downloadExport(page)))
  await expect(page.getByText('Couldn’t create the file')).toBeHidden()
  const { data } = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true })
  const asText = (row: object) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, String(cell ?? '')]))
  expect(sheet.map(asText)).toEqual(data)
  expect([sheet[0]?.uncertain, typeof sheet[0]?.score]).toEqual([expect.any(Boolean), 'number'])
  await page.getByRole('checkbox', { name: 'sha256' }).click()
  await page.getByText('NDJSON').click()
  const lines = (await exportText(page))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect([lines.length, Object.keys(lines[0]).length, lines[0].file]).toEqual([50, 16, 'holiday/0001.webp'])
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

test('reads a macOS ZIP with labels: keeps file names, uses the labels, leaves out unsupported compression', async ({
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

test('shows failures in their rows, classifies the rest, and sorts, filters and searches the table', async ({
  page,
}) => {
  const folder = createPhotoFolder(root(), 24)
  writeFileSync(join(folder, 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  writeFileSync(join(folder, 'large.png'), Buffer.alloc(20_000_001))
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  await expect(figures(page)).toContainText(/26 of 26.*2 failed/)
  const table = page.getByRole('table', { name: 'Batch photos' })
  await table.getByRole('button', { name: 'Status' }).click()
  await expect(rows(page).nth(0)).toContainText('This photo is damaged or incomplete')
  await expect(rows(page).nth(1)).toContainText('File too large')
  await expect(table.getByRole('columnheader', { name: 'Status' })).toHaveAttribute('aria-sort', 'ascending')
  await table.getByRole('button', { name: 'Score' }).click()
  const scores = await rows(page).locator('td:nth-child(4)').allTextContents()
  expect(scores.slice(0, 8).map(Number)).toEqual(
    scores
      .slice(0, 8)
      .map(Number)
      .toSorted((a, b) => b - a),
  )
  await page.getByRole('searchbox').fill('KOALA')
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('searchbox').fill('')
  await page.getByRole('combobox', { name: 'Filter photos' }).selectOption('Failed')
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('checkbox', { name: 'Only rows shown in the table' }).click()
  expect((await exportText(page)).trim().split('\r\n')).toHaveLength(3)
  await page.keyboard.press('Escape')
  await page.getByRole('combobox', { name: 'Filter photos' }).selectOption('All photos')
  await page.getByRole('button', { name: /^goldfish/ }).click()
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Remove filter “goldfish”' }).click()
  await page.getByRole('searchbox').fill('no such photo')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(rows(page).first()).toBeVisible()
  // Neither a damaged file nor a large one gets better by another try; a server that was too slow may.
  await expect(page.getByRole('button', { name: /^Retry/ })).toHaveCount(0)
  await page.route('**/events', async (route) => {
    const response = await route.fetch()
    await route.fulfill({
      response,
      body: (await response.text()).replaceAll('truncated_image', 'deadline_exceeded'),
    })
  })
  await page.reload()
  await expect(page.getByRole('button', { name: 'Retry 1 failed photo' })).toBeVisible()
  await page.unroute('**/events')
  const [retried] = await Promise.all([
    page.waitForResponse(/\/retry$/),
    page.getByRole('button', { name: 'Retry 1 failed photo' }).click(),
  ])
  expect(await retried.json()).toMatchObject({ state: 'running', counts: { total: 25 } })
  await waitUntilDone(page)
  await expect(figures(page)).toContainText('1 failed')
})

test('evaluates results against labels; mistakes and cells of the confusion matrix show their photos', async ({
  page,
}) => {
  const folder = join(root(), 'animals')
  mkdirSync(folder)
  for (const name of ['koala', 'goldfish', 'giant-panda'])
    copyFileSync(`public/gallery/${name}.webp`, join(folder, `${name}.webp`))
  copyFileSync('public/gallery/cat.png', join(folder, 'cat.png'))
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  const csv = join(root(), 'labels.csv')
  writeFileSync(
    csv,
    'file,label\nkoala.webp,koala\ngoldfish.webp,goldfish\ncat.png,koala\ngiant-panda.webp,n02510455\nmissing.webp,koala\n,koala\n',
  )
  await page.locator('input[data-picks=labels]').setInputFiles(csv)
  const evaluation = page.getByRole('region', { name: 'Accuracy against your labels' })
  await expect(evaluation).toContainText(/Top-1 accuracy75\.0%/)
  await expect(evaluation).toContainText('95% CI: 30.1 to 95.4')
  await evaluation.getByRole('button', { name: '2 labels couldn’t be used' }).click()
  await expect(evaluation).toContainText('Line 7 has no file name')
  await expect(evaluation).toContainText('missing.webp not in this batch')
  await expect(evaluation.getByRole('row', { name: /^koala 2 100\.0 50\.0 66\.7$/ })).toBeVisible()
  await expect(evaluation.getByRole('table', { name: 'Reliability diagram' })).toContainText('100.0')
  const mistake = evaluation.getByRole('button', { name: 'koala predicted as Egyptian cat: 1 photo' })
  await evaluation.getByRole('button', { name: 'Confusion matrix' }).click()
  await expect(mistake).toHaveCount(2)
  await mistake.last().press('Enter')
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page).getByRole('button')).toBeFocused()
  await expect(rows(page)).toContainText('cat.png')
  await page.getByRole('button', { name: /^Remove filter “koala/ }).click()
  await expect(page.getByText(/75\.0% right of 4 labeled photos$/)).toBeVisible()
  await page.getByRole('button', { name: '1 wrong' }).click()
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText(/cat\.png.*Egyptian cat.*koala.*wrong/)
  // A row opens wherever it is clicked.
  await rows(page).click({ position: { x: 4, y: 4 } })
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('True label: koala')
  await dialog.getByRole('button', { name: 'Why this label?' }).click()
  await expect(dialog.getByText(/\d+ model runs/)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Export' }).click()
  const { data } = Papa.parse<Record<string, string>>(await exportText(page), { header: true, delimiter: ',' })
  expect(data.slice(0, 4).map(({ file, truth, correct }) => [file, truth, correct])).toEqual([
    ['animals/cat.png', 'koala', 'false'],
    ['animals/giant-panda.webp', 'giant panda', 'true'],
    ['animals/goldfish.webp', 'goldfish', 'true'],
    ['animals/koala.webp', 'koala', 'true'],
  ])
  await page.keyboard.press('Escape')
  // Setting uncertain results aside: with the least confident one, all others are right.
  const slider = evaluation.getByRole('slider', { name: 'Uncertain below' })
  await slider.press('End')
  await expect(evaluation.getByText('No photo reaches this confidence')).toBeVisible()
  await slider.press('PageDown')
  await expect(evaluation.getByText('3 of 4 photos (75.0%) kept: 100.0% right')).toBeVisible()
  await page.getByRole('combobox', { name: 'Filter photos' }).selectOption('Uncertain')
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText('cat.png')
  await evaluation.getByRole('button', { name: 'Use the model’s own limits' }).click()
  // While photos are still to come, a label without a photo is no problem.
  await page.route('**/events', () => {})
  await page.reload()
  await expect(evaluation).toContainText('No photo with a label has a result yet')
  await expect(evaluation.getByText(/couldn’t be used/)).toHaveText('1 label couldn’t be used')
  await page.unroute('**/events')
  await page.reload()
  await expect(evaluation).toContainText('75.0%')
  // The visitor can choose other columns, and the choice persists.
  await expect(evaluation.getByText('4 of 5 labels match a photo')).toBeVisible()
  await evaluation.getByLabel('Photo column').selectOption('label')
  await expect(evaluation).toContainText('labels.csv isn’t understood yet')
  await expect(evaluation.getByRole('table', { name: 'First rows of the file' })).toContainText('goldfish.webp')
  await page.reload()
  await expect(evaluation.getByLabel('Photo column')).toHaveValue('1')
  await evaluation.getByLabel('Photo column').selectOption('file')
  await evaluation.getByLabel('Label column').selectOption('label')
  await expect(evaluation).toContainText('75.0%')
  // The command prints the same figures.
  const args = ['classify', 'animals', '--out', 'out.csv', '--labels', 'labels.csv']
  const { stderr } = spawnSync(process.execPath, [resolve('dist/vision.js'), ...args], {
    cwd: root(),
    encoding: 'utf8',
  })
  expect(stderr).toContain('top-1  75.0% of 4 labeled photos (95% interval: 30.1% to 95.4%)')
  expect(stderr).toMatch(/koala +2 +100\.0% +50\.0% +66\.7%/)
})

test('shows why labels aren’t understood, and asks what an ambiguous label means', async ({ page }) => {
  const labels = (name: string, text: string) =>
    page
      .locator('input[data-picks=labels], input[data-picks=files]')
      .first()
      .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await chooseFiles(page, 'public/gallery/koala.webp', 'public/gallery/goldfish.webp')
  await waitUntilDone(page)
  const evaluation = page.getByRole('region', { name: 'Accuracy against your labels' })
  await labels('book.csv', 'PK\u0003\u0004')
  await expect(evaluation.getByRole('status')).toContainText('book.csv can’t be read as labels')
  await expect(evaluation).toBeInViewport()
  await labels('other.csv', 'nr,colour\n1,red\n2,blue\n')
  await expect(page.getByRole('button', { name: /^Labels not understood/ })).toBeVisible()
  await expect(evaluation).toContainText('other.csv isn’t understood yet')
  await expect(evaluation).toContainText('the photos here are called koala.webp, goldfish.webp')
  await expect(evaluation.getByRole('table', { name: 'First rows of the file' }).getByRole('row')).toHaveCount(3)
  await labels('ambiguous.csv', 'file,label\nkoala.webp,crane\n')
  await expect(evaluation).toContainText('The model has several labels with the same name: crane.')
  await labels('cranes.csv', 'file,label\nkoala.webp,crane\ngoldfish.webp,goldfish\n')
  await expect(page.getByRole('button', { name: '100.0% right' })).toBeVisible()
  const meaning = evaluation.getByRole('combobox', { name: 'Meaning of “crane”' })
  expect(await meaning.getByRole('option').allTextContents()).toEqual([
    'Not counted',
    expect.any(String),
    expect.any(String),
  ])
  await meaning.selectOption({ index: 1 })
  await expect(page.getByRole('button', { name: '50.0% right' })).toBeVisible()
  // Another file that isn't understood doesn't replace them.
  for (const answer of ['keep', 'reload']) {
    await labels('other.csv', 'nr,colour\n1,red\n2,blue\n')
    await expect(evaluation).toContainText('other.csv isn’t understood yet')
    if (answer === 'keep') await evaluation.getByRole('button', { name: 'Keep the previous labels' }).click()
    else await page.reload()
    await expect(page.getByRole('button', { name: '1 wrong' })).toBeVisible()
    await expect(meaning).not.toHaveValue('')
  }
  // Labels of an earlier visit are nothing new to jump to.
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
})

test('a word that the model doesn’t have is mapped to one of its labels, found by a synonym', async ({ page }) => {
  await chooseFiles(page, 'public/gallery/koala.webp', 'public/gallery/goldfish.webp')
  await waitUntilDone(page)
  await page.locator('input[data-picks=labels]').setInputFiles({
    name: 'words.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('file,label\nkoala.webp,eucalyptus eater\ngoldfish.webp,goldfish\n'),
  })
  const unclear = page.getByRole('region', { name: '1 label isn’t clear' })
  const meaning = page.getByRole('combobox', { name: 'Meaning of “eucalyptus eater”' })
  await expect(unclear).toBeVisible()
  await meaning.fill('native bear')
  await expect(page.getByRole('option')).toHaveText([/^koala/])
  await meaning.press('Enter')
  await expect(page.getByRole('region', { name: 'You chose what 1 label means' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Accuracy against your labels' })).toContainText(/Photos2/)
  // The truth is shown in the visitor's word; exports have the model's label.
  await expect(rows(page).first()).toContainText(/eucalyptus eater\s*koala/)
  await rows(page)
    .first()
    .click({ position: { x: 4, y: 4 } })
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('True label: eucalyptus eater (koala)')
  await expect(dialog).toContainText('Also called koala bear')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download 2 rows' }).click(),
  ])
  expect(file.suggestedFilename()).toBe('koala-webp-and-1-more-balanced.csv')
  const { data } = Papa.parse<Record<string, string>>(readFileSync(await file.path(), 'utf8'), {
    header: true,
    delimiter: ',',
  })
  expect(data[0]?.truth).toBe('koala')
  await page.keyboard.press('Escape')
  await page.reload()
  await expect(meaning).toHaveValue('koala')
  await page.getByRole('button', { name: 'Don’t count “eucalyptus eater”' }).click()
  await expect(unclear).toBeVisible()
})

test('takes the names of folders as labels, if they are labels', async ({ page }) => {
  const folder = join(root(), 'classes')
  for (const name of ['koala', 'goldfish']) {
    mkdirSync(join(folder, name), { recursive: true })
    copyFileSync(`public/gallery/${name}.webp`, join(folder, name, '1.webp'))
  }
  writeFileSync(join(folder, 'koala', 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  await chooseFolder(page, folder)
  await waitUntilDone(page)
  await page.getByRole('button', { name: 'Measure accuracy by folder' }).click()
  // The photo without a result doesn't count.
  await expect(page.getByText('100.0% right of 2 labeled photos with a result')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Labels from the folder names')).toBeVisible()
})

test('starts with the gallery’s photos by one click; bars filter the table', async ({ page }) => {
  await page.getByRole('button', { name: 'Try 24 sample photos' }).click()
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
  await expect(page.getByRole('heading', { name: 'Classify a batch' })).toBeVisible()
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
