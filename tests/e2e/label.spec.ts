import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { violations } from './axe'
import { failOnPageErrors, heading, photoPath, waitForHydration } from './browser-page'

const ANIMALS = ['crocodile', 'giant-panda', 'goldfish', 'koala', 'polar-bear', 'ring-tailed-lemur']
const THINGS = ['bucket', 'frying-pan', 'screwdriver', 'tape-measure', 'volleyball', 'weighing-scale']
const PHOTOS = [...ANIMALS, ...THINGS].map((name) => photoPath(`${name}.webp`))

test.beforeEach(({ page }) => failOnPageErrors(page))

const progress = (page: Page) => page.getByTestId('label-progress')
const panel = (page: Page) => page.getByRole('application', { name: 'Label photos' })
const field = (page: Page) => page.getByRole('combobox', { name: 'Another label' })
const guesses = (page: Page) => page.getByRole('list', { name: 'Labels by key' }).getByRole('button')
const photo = (page: Page) => page.getByTestId('photo')

async function openTrain(page: Page): Promise<void> {
  await page.goto('/train')
  await waitForHydration(page)
  await expect(page.locator('main [inert]')).toHaveCount(0)
}

/** Adds photos without labels, and opens the page for labeling once all are read. */
async function openLabels(page: Page): Promise<void> {
  await openTrain(page)
  await page.locator('input[type=file]').first().setInputFiles(PHOTOS)
  await page.getByRole('button', { name: 'Label them one by one' }).click()
  await expect(photo(page)).toBeVisible()
}

/** The right label of the photo that is shown, once the next one was chosen. */
async function truth(page: Page): Promise<string> {
  await expect(photo(page)).toHaveAttribute('aria-busy', 'false')
  const name = await photo(page).getAttribute('alt')
  return ANIMALS.some((animal) => name?.includes(animal)) ? 'animal' : 'thing'
}

/** Labels the photo by a key, or by typing if no key has its label. */
async function label(page: Page, labeled: number): Promise<void> {
  const right = await truth(page)
  const key = (await guesses(page).allInnerTexts()).findIndex((text) => text.includes(right)) + 1
  if (key > 0) await page.keyboard.press(String(key))
  else await page.keyboard.type(`${right}\n`)
  await expect(progress(page)).toContainText(`${labeled} labeled`)
  // Letters and digits go on to the next photo, or nothing is left to label.
  await expect(
    (await progress(page).textContent())?.includes('· 0 left') ? heading(page, 'Label photos') : panel(page),
  ).toBeFocused()
}

/** Keeps the database of the draft busy, so that nothing is written. Returns a function that ends it. */
async function holdDraft(page: Page): Promise<() => Promise<void>> {
  const other = await page.context().newPage()
  await other.goto('/privacy')
  await other.evaluate(async () => {
    const opened = indexedDB.open('vision-training')
    await new Promise((resolve) => opened.addEventListener('success', resolve))
    const store = opened.result.transaction('photos', 'readwrite').objectStore('photos')
    await new Promise((resolve) => {
      // A transaction goes on as long as it has requests.
      const again = () => {
        resolve(null)
        store.count().addEventListener('success', again)
      }
      store.count().addEventListener('success', again)
    })
  })
  return () => other.close()
}

/** The content of a file that the labels are exported as. */
async function exported(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: 'Export labels' })
      .click()
      .then(() => page.getByRole('menuitem', { name }).click()),
  ])
  return readFileSync(await download.path(), 'utf8')
}

test('labels photos by keys, undoes, skips, survives a reload, exports, and the model has learned', async ({
  page,
}) => {
  test.setTimeout(120_000)
  await openLabels(page)
  await expect(progress(page)).toHaveText('0 labeled · 12 left')
  await expect(panel(page)).toBeFocused()
  for (let count = 1; count <= 4; count++) await label(page, count)
  // Undone, the same photo is there again, and its label is free.
  const before = await photo(page).getAttribute('alt')
  await label(page, 5)
  await page.keyboard.press('Control+z')
  await expect(progress(page)).toHaveText('4 labeled · 8 left')
  await expect(photo(page)).toHaveAttribute('alt', before ?? '')
  await page.keyboard.press('ArrowRight')
  await expect(progress(page)).toHaveText('4 labeled · 7 left · 1 skipped')
  await expect(photo(page)).not.toHaveAttribute('alt', before ?? '')
  await expect(page.getByTestId('announcement')).toContainText(
    /Skipped\. Photo .+\. 1: (animal|thing), [\d.]+ percent\./,
  )
  await page.reload()
  await expect(photo(page)).toBeVisible()
  await expect(progress(page)).toHaveText('4 labeled · 7 left · 1 skipped')
  // Even if this browser had no time to write it.
  const release = await holdDraft(page)
  await label(page, 5)
  await page.reload()
  await release()
  await expect(photo(page)).toBeVisible()
  await expect(progress(page)).toHaveText('5 labeled · 6 left · 1 skipped')
  await page.reload()
  await expect(photo(page)).toBeVisible()
  await expect(progress(page)).toHaveText('5 labeled · 6 left · 1 skipped')
  for (let count = 6; count <= 11; count++) await label(page, count)
  await page.getByRole('button', { name: 'Show again' }).click()
  await expect(photo(page)).toHaveAttribute('alt', before ?? '')
  await label(page, 12)
  await expect(page.getByText('All photos have a label')).toBeVisible()
  await expect(heading(page, 'Label photos')).toBeFocused()

  const lines = (await exported(page, 'Labels file (CSV)')).replace('\ufeff', '').trimEnd().split('\r\n')
  expect(lines.slice(0, 1)).toEqual(['file,label'])
  const expected = [...ANIMALS.map((name) => `${name}.webp,animal`), ...THINGS.map((name) => `${name}.webp,thing`)]
  expect(lines.slice(1).toSorted()).toEqual(expected.toSorted())
  const rows = (await exported(page, 'metadata.jsonl')).trimEnd().split('\n')
  expect(rows.map((row) => JSON.parse(row)).find(({ file_name }) => file_name === 'koala.webp')).toEqual({
    file_name: 'koala.webp',
    label: 'animal',
  })
  await page.getByRole('button', { name: 'To the model' }).last().click()
  await expect(page.getByRole('group', { name: 'animal', exact: true })).toContainText('6 photos')
  await expect(page.getByTestId('accuracy')).toBeVisible()
  // The back button leads to the labels.
  await page.goBack()
  await expect(page.getByText('All photos have a label')).toBeVisible()
})

test('labels several photos at once, and by touch @extended @phone-extended', async ({ page, isMobile }) => {
  await page.emulateMedia({ colorScheme: isMobile ? 'dark' : 'light' })
  await openLabels(page)
  await field(page).fill('thing')
  await page.getByRole('option', { name: 'New label: thing' }).click()
  await expect(progress(page)).toContainText('1 labeled')
  if (isMobile) await page.getByRole('button', { name: 'Several' }).tap()
  else await page.keyboard.press('0')
  const tiles = page.getByRole('group', { name: 'Photos that look alike' }).getByRole('checkbox')
  await expect(tiles).toHaveCount(11)
  await expect(page.getByRole('button', { name: 'Several' })).toHaveAttribute('aria-pressed', 'true')
  const names = await tiles.evaluateAll((list) => list.map((tile) => tile.getAttribute('aria-label') ?? ''))
  for (const [at, name] of names.entries()) {
    if (ANIMALS.some((animal) => name.includes(animal))) await tiles.nth(at).press('Space')
  }
  const things = names.filter((name) => THINGS.some((thing) => name.includes(thing))).length
  expect(await violations(page)).toEqual([])
  if (isMobile) await guesses(page).first().tap()
  else await page.keyboard.press('1')
  await expect(progress(page)).toHaveText(`${1 + things} labeled · ${11 - things} left`)
  await expect(photo(page)).toBeVisible()
  expect(await violations(page)).toEqual([])
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  // All of them are undone together.
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(progress(page)).toHaveText('1 labeled · 11 left')
  await expect(tiles).toHaveCount(things)
})

test('photos that an earlier version kept apart wait for their label, once', async ({ page }) => {
  await openTrain(page)
  const photos = PHOTOS.slice(0, 2).map((path) => [path.split('/').at(-1) ?? '', readFileSync(path, 'base64')] as const)
  await page.evaluate(async (list) => {
    const files = list.map(([name, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      return new File([bytes], name, { type: 'image/webp' })
    })
    await new Promise((resolve, reject) => {
      const opening = indexedDB.open('vision-training', 1)
      opening.onerror = reject
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('draft')
        opening.result.createObjectStore('photos', { keyPath: 'id' })
      }
      opening.onsuccess = () => {
        const { result: database } = opening
        const transaction = database.transaction('draft', 'readwrite')
        transaction.objectStore('draft').put(files, 'unsorted')
        transaction.oncomplete = () => resolve(database.close())
      }
    })
  }, photos)
  // The second time, they are photos as all others.
  for (let visit = 1; visit <= 2; visit++) {
    await page.goto('about:blank')
    await page.goto('/train#label')
    await expect(progress(page)).toHaveText('0 labeled · 2 left')
    await expect(photo(page)).toHaveAttribute('alt', /crocodile|giant-panda/)
  }
})

test('photos of a batch are handed over with their paths', async ({ page }) => {
  await page.goto('/batch')
  await waitForHydration(page)
  await page.locator('[data-picks=files]').first().setInputFiles(PHOTOS.slice(0, 3))
  await page.getByRole('button', { name: 'Label photos' }).click()
  await expect(heading(page, 'Label photos')).toBeVisible()
  await expect(progress(page)).toHaveText('0 labeled · 3 left')
  await expect(photo(page)).toBeVisible()
  await page.keyboard.type('animal\n')
  await expect(progress(page)).toHaveText('1 labeled · 2 left')
})
