import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import Papa from 'papaparse'
import {
  chooseFiles,
  chooseFolder,
  exportText,
  openBatch,
  reloadWhenStored,
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
  await expect(dialog.getByTestId('input-frame')).toBeVisible()
  await dialog.getByRole('button', { name: 'Why this label?' }).click()
  await expect(dialog.getByText(/\d+ model runs/)).toBeVisible({ timeout: 90_000 })
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
  await reloadWhenStored(page)
  await expect(evaluation).toContainText('No photo with a label has a result yet')
  await expect(evaluation.getByText(/couldn’t be used/)).toHaveText('1 label couldn’t be used')
  await page.unroute('**/events')
  await reloadWhenStored(page)
  await expect(evaluation).toContainText('75.0%')
  // The visitor can choose other columns, and the choice persists.
  await expect(evaluation.getByText('4 of 5 labels match a photo')).toBeVisible()
  await evaluation.getByLabel('Photo column').selectOption('label')
  await expect(evaluation).toContainText('labels.csv isn’t understood yet')
  await expect(evaluation.getByRole('table', { name: 'First rows of the file' })).toContainText('goldfish.webp')
  await reloadWhenStored(page)
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
  await labels('heading.csv', 'file,label\n')
  await expect(evaluation).toContainText('The file names columns, but has no rows below them.')
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
    else await reloadWhenStored(page)
    await expect(page.getByRole('button', { name: '1 wrong' })).toBeVisible()
    await expect(meaning).not.toHaveValue('')
  }
  // Labels of an earlier visit are nothing new to jump to.
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
})

test('a word that the model doesn’t have is mapped to one of its labels, found by a synonym @extended', async ({
  page,
}) => {
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
  await reloadWhenStored(page)
  await expect(meaning).toHaveValue('koala')
  // Everything above it is there, so that nothing moves under the pointer.
  await expect(page.getByText('100.0% right of 2 labeled photos')).toBeVisible()
  await expect(page.getByText(/^Done\./)).toBeVisible()
  await page.getByRole('button', { name: 'Don’t count “eucalyptus eater”' }).click()
  await expect(unclear).toBeVisible()
})

test('takes the names of folders as labels, if they are labels @extended', async ({ page }) => {
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
  await reloadWhenStored(page)
  await expect(page.getByText('Labels from the folder names')).toBeVisible()
})
