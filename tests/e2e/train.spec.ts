import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { drawing, writeDrawings } from '../support/drawings'
import { startServer, type TestServer } from '../support/server'
import { vision } from '../support/vision'
import { expectAccessible, violations } from './axe'
import { failOnPageErrors, heading, persistentContext, waitForHydration } from './browser-page'
import { navigate } from './navigate'

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'train-'))
  await writeDrawings(join(folder, 'patterns'), 8)
  // One photo is in the wrong folder.
  writeFileSync(join(folder, 'patterns/stripes/misplaced.png'), await drawing('dots', 20))
  writeFileSync(join(folder, 'new.png'), await drawing('rings', 30))
  // Models of a server of its own: other tests count theirs.
  server = await startServer({ env: { LOG_LEVEL: 'warn', DEFAULT_MODEL_TYPE: 'fast' } })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

const label = (page: Page, name: string) => page.getByRole('group', { name, exact: true })
const accuracy = (page: Page) => page.getByTestId('accuracy')
const tryIt = (page: Page) => page.getByRole('region', { name: 'Try it' })

async function openTrain(page: Page): Promise<void> {
  await page.goto(`${server.url}/train`)
  await waitForHydration(page)
  // Until this browser's draft is restored, nothing can be changed.
  await expect(page.locator('main [inert]')).toHaveCount(0)
}

/** Teaches with folders whose names are the labels, and waits for the model. */
async function teach(page: Page): Promise<void> {
  await openTrain(page)
  await page.locator('input[type=file][webkitdirectory]').setInputFiles(join(folder, 'patterns'))
  await expect(label(page, 'stripes').getByText('9 photos')).toBeVisible()
  await expect(page.getByText(/Reading photos|Training/)).toHaveCount(0)
  await expect(accuracy(page)).toBeVisible()
}

test('teaches labels, survives a reload, fixes a wrong label, tries, saves, serves and deletes the model', async ({
  page,
}) => {
  await teach(page)
  await page.reload()
  await expect(label(page, 'stripes').getByText('9 photos')).toBeVisible()
  // Nothing is read again: the embeddings were kept, too.
  await expect(accuracy(page)).toBeVisible()
  await expect(page.getByText('Labeled stripes, looks like dots')).toBeVisible()
  await page.getByRole('button', { name: 'Move to dots' }).click()
  await expect(label(page, 'dots').getByText('9 photos')).toBeVisible()
  await expect(label(page, 'stripes').getByText('8 photos')).toBeVisible()
  await expect(accuracy(page)).toHaveText('100% right')

  await tryIt(page).locator('input[type=file]').setInputFiles('public/gallery/koala.webp')
  // No label fits a koala.
  await expect(page.getByTestId('tried-label')).toHaveText('None of these')
  await page.getByRole('button', { name: 'How this is measured' }).click()
  await expectAccessible(page)
  await tryIt(page).locator('input[type=file]').setInputFiles(join(folder, 'new.png'))
  await expect(page.getByTestId('tried-label')).toHaveText('rings')
  await page.getByRole('button', { name: 'Why?' }).click()
  await expect(page.getByText('Bright, warm areas speak for rings.')).toBeVisible()
  await expect(tryIt(page).getByTestId('heat')).toBeVisible()

  await page.getByLabel('Name', { exact: true }).fill('My patterns')
  await page.getByRole('button', { name: 'Save model' }).click()
  await expect(page.getByText('Saved as My patterns')).toBeVisible()
  const classify = async () =>
    page.request.post(`${server.url}/api/classify?model=my-patterns`, { data: await drawing('rings', 30) })
  const { predictions, model } = await (await classify()).json()
  expect([predictions[0].label, model.id]).toEqual(['rings', 'my-patterns'])
  // What the page showed is what the server says.
  await expect(tryIt(page).getByRole('row', { name: 'rings' })).toContainText((100 * predictions[0].score).toFixed(1))

  // A renamed label is a change, and saved as another revision, which can be taken back.
  await label(page, 'rings').getByRole('button', { name: 'rings', exact: true }).click()
  await page.getByLabel('Name of the label').fill('circles')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save as a new revision' }).click()
  await expect(page.getByRole('button', { name: /Revisions/ })).toBeVisible()
  expect((await (await classify()).json()).predictions[0].label).toBe('circles')
  await page.getByRole('button', { name: /Revisions/ }).click()
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect(label(page, 'rings')).toBeVisible()
  expect((await (await classify()).json()).predictions[0].label).toBe('rings')
  // The pictures are still there: this browser has them.
  await expect(label(page, 'rings').getByRole('img', { includeHidden: true })).not.toHaveCount(0)

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: 'Download' })
      .click()
      .then(() => page.getByRole('menuitem', { name: /ONNX file/ }).click()),
  ])
  expect(download.suggestedFilename()).toBe('my-patterns-onnx.zip')

  await page.getByRole('link', { name: 'Classify photos with it' }).click()
  await expect(heading(page, 'Classify a photo')).toBeVisible()
  await page.locator('input[type=file][multiple]').setInputFiles(join(folder, 'new.png'))
  await expect(heading(page, 'rings')).toBeVisible()
  await expect(page.getByRole('button', { name: /^My patterns/ })).toBeVisible()
  // From the list of models, where its card says how good it is.
  await navigate(page, 'Models')
  const card = page.getByRole('article').filter({ hasText: 'My patterns' })
  await expect(card).toContainText(/100\.0%.*In cross-validation on 25 photos/)
  const reads: string[] = []
  page.on('request', (request) => reads.push(new URL(request.url()).pathname))
  await card.getByRole('link', { name: 'Add photos or labels' }).click()
  await expect(label(page, 'rings').getByText('8 photos')).toBeVisible()
  await page.getByRole('button', { name: 'Delete model' }).click()
  await page.getByRole('button', { name: 'Delete with all revisions' }).click()
  await expect(page.getByRole('button', { name: 'Save model' })).toBeVisible()
  // This browser had the model's photos: they weren't loaded again, which would have moved the page.
  expect(reads).toContain('/api/models/my-patterns')
  expect(reads.filter((path) => path.includes('/files/'))).toEqual([])
  expect((await classify()).status()).toBe(404)
})

/** `head.safetensors` of a model that the command trains. */
async function headByCommand(photos: string): Promise<Buffer> {
  const data = join(folder, 'data')
  const trained = await vision(['train', photos, '--id', 'same', '--base', 'fast', '--data-dir', data, '--json'])
  const { revision } = JSON.parse(trained.out)
  return readFileSync(join(data, 'models/files/same', revision.replace('sha256:', ''), 'head.safetensors'))
}

test('what is added while a model is saved stays unsaved, and a model that was deleted elsewhere is saved anew @extended', async ({
  page,
}) => {
  await teach(page)
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/models?stream=1', async (route) => {
    await held
    await route.continue()
  })
  await page.getByLabel('Name', { exact: true }).fill('Race')
  const sent = page.waitForRequest('**/api/models?stream=1')
  await page.getByRole('button', { name: 'Save model' }).click()
  await sent
  await label(page, 'rings').locator('input[type=file]').setInputFiles(join(folder, 'new.png'))
  await expect(label(page, 'rings').getByText('9 photos')).toBeVisible()
  release()
  await expect(page.getByText('Not saved yet: changes since the last revision')).toBeVisible()
  const examples = async () =>
    (await (await page.request.get(`${server.url}/api/models/race`)).json()).evaluation.examples
  expect(await examples()).toBe(25)
  // The command makes the same model of the same photos, to the byte.
  const head = await page.request.get(`${server.url}/api/models/race/files/head.safetensors`)
  expect(Buffer.compare(await head.body(), await headByCommand(join(folder, 'patterns')))).toBe(0)
  await page.getByRole('button', { name: 'Save as a new revision' }).click()
  await expect(page.getByText('Not saved yet: changes since the last revision')).toBeHidden()
  expect(await examples()).toBe(26)
  // Somebody else deletes it.
  expect((await page.request.delete(`${server.url}/api/models/race`)).status()).toBe(204)
  await page.getByRole('button', { name: 'Remove dots' }).click()
  // An earlier revision would replace what isn't saved.
  await page.getByRole('button', { name: /Revisions/ }).click()
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('button', { name: 'Discard changes and restore' })).toBeVisible()
  await page.getByRole('button', { name: 'Keep' }).click()
  await expect(label(page, 'dots')).toBeHidden()
  await page.getByRole('button', { name: 'Save as a new revision' }).click()
  await expect(page.getByText('This model was deleted on the server.', { exact: false })).toBeVisible()
  await page.getByLabel('Name', { exact: true }).fill('Race')
  await page.getByRole('button', { name: 'Save model' }).click()
  await expect(page.getByText('Saved as Race')).toBeVisible()
  await expect(page.getByText('This model was deleted', { exact: false })).toBeHidden()
  expect((await page.request.delete(`${server.url}/api/models/race`)).status()).toBe(204)
})

test('photos that this browser keeps are read although their folder is gone @extended', async () => {
  const stick = join(folder, 'stick')
  cpSync(join(folder, 'patterns'), stick, { recursive: true })
  const context = await persistentContext(join(folder, 'profile'))
  try {
    const page = await context.newPage()
    failOnPageErrors(page)
    let read = () => {}
    const gone = new Promise<void>((resolve) => {
      read = resolve
    })
    await page.route('**/api/embed*', async (route) => {
      await gone
      await route.continue()
    })
    await openTrain(page)
    await page.locator('input[type=file][webkitdirectory]').setInputFiles(stick)
    await expect(label(page, 'stripes').getByText('9 photos')).toBeVisible()
    await expect.poll(() => keptPhotos(page)).toBe(25)
    rmSync(stick, { recursive: true })
    read()
    await expect(accuracy(page)).toBeVisible()
    await expect(page.getByText('couldn’t be read')).toHaveCount(0)
    // Their pictures are there, too, although some couldn't be made of the folder's files.
    await expect(page.getByRole('group').locator('img')).toHaveCount(25)
  } finally {
    await context.close()
  }
})

/** How many photos of the draft this browser keeps. */
function keptPhotos(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const [{ name = '' } = {}] = (await indexedDB.databases()).filter(({ name }) => name?.startsWith('vision-training'))
    return new Promise<number>((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.onerror = reject
      opening.onsuccess = () => {
        const { result: database } = opening
        const counting = database.transaction('photos').objectStore('photos').count()
        counting.onerror = reject
        counting.onsuccess = () => {
          database.close()
          resolve(counting.result)
        }
      }
    })
  })
}

test('photos are sorted by hand, moved, removed and brought back; copies are found @extended @phone-extended', async ({
  page,
}) => {
  await openTrain(page)
  const newLabel = page.getByRole('textbox', { name: 'New label' })
  for (const name of ['dots', 'rings']) {
    await newLabel.fill(name)
    await page.keyboard.press('Enter')
    await expect(label(page, name)).toBeVisible()
    await expect(newLabel).toBeFocused()
    const files = [0, 1, 2, 3].map((number) => join(folder, 'patterns', name, `${name}-${number}.png`))
    await label(page, name).locator('input[type=file]').setInputFiles(files)
  }
  // A name that is taken, also with other capitals, is refused at once.
  await newLabel.fill('Dots')
  await page.keyboard.press('Enter')
  await expect(page.getByText('There is already a label with this name.')).toBeVisible()
  await expect(accuracy(page)).toBeVisible()
  // The same photo again is left out; with another label, it is a question.
  await label(page, 'dots').locator('input[type=file]').setInputFiles(join(folder, 'patterns/dots/dots-0.png'))
  await expect(page.getByText('1 photo was already there.')).toBeVisible()
  await label(page, 'rings').locator('input[type=file]').setInputFiles(join(folder, 'patterns/dots/dots-0.png'))
  await expect(page.getByText('One photo has different labels: dots and rings.')).toBeVisible()
  await page.getByRole('button', { name: 'Keep as dots' }).click()
  await expect(label(page, 'rings').getByText('4 photos')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(label(page, 'rings').getByText('5 photos')).toBeVisible()

  await label(page, 'rings').getByRole('button', { name: 'dots-0.png, rings' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('checkbox', { name: 'Select dots-0.png' }).press('Space')
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(dialog.getByRole('checkbox')).toHaveCount(4)
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  // Without photos, the dialog closes, and the keyboard is where they come back.
  await label(page, 'rings')
    .getByRole('button', { name: /, rings$/ })
    .first()
    .click()
  await dialog.getByRole('button', { name: 'Select all' }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Undo' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(label(page, 'rings').getByText('4 photos')).toBeVisible()
  // A label that comes back finds one with its name.
  await page.getByRole('button', { name: 'Remove dots' }).click()
  await expect(label(page, 'dots')).toBeHidden()
  await newLabel.fill('Dots')
  await newLabel.press('Enter')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(label(page, 'Dots').getByText('4 photos')).toBeVisible()
  await expect(label(page, 'dots')).toBeHidden()
  // What closes gives the focus back.
  await label(page, 'rings')
    .getByRole('button', { name: /Record photos/ })
    .click()
  await page.getByRole('button', { name: 'Close webcam' }).press('Enter')
  await expect(label(page, 'rings').getByRole('button', { name: /Record photos/ })).toBeFocused()
  // Photos that wait for a label outlast a reload, too.
  const loose = [0, 1].map((number) => join(folder, 'patterns/stripes', `stripes-${number}.png`))
  await page.locator('input[type=file]').first().setInputFiles(loose)
  const question = page.getByText('Which label do these 2 photos have?')
  await expect(question).toBeVisible()
  await expect.poll(() => page.evaluate(keptUnlabeled)).toBe(2)
  await page.reload()
  await expect(question).toBeVisible()
  await newLabel.fill('stripes')
  await newLabel.press('Enter')
  await expect(question).toBeHidden()
  await expect(label(page, 'stripes').getByText('2 photos')).toBeVisible()
})

/** In the browser: the number of photos without a label that it has stored. */
function keptUnlabeled(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('vision-training')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const reading = opening.result.transaction('photos').objectStore('photos').getAll()
      reading.onsuccess = () => {
        opening.result.close()
        resolve(reading.result.filter(({ label }) => label === null).length)
      }
    }
  })
}

test('its start page is there at the first paint, unless this browser keeps a draft', async ({ page, context }) => {
  const start = heading(page, 'Train your own model')
  await context.route('**/_next/**/*.js', (route) => route.abort())
  await page.goto(`${server.url}/train`)
  await expect(start).toBeVisible()
  await context.unroute('**/_next/**/*.js')
  await openTrain(page)
  await page.getByRole('textbox', { name: 'New label' }).fill('cup')
  await page.keyboard.press('Enter')
  await expect(label(page, 'cup')).toBeVisible()
  await context.route('**/_next/**/*.js', (route) => route.abort())
  await page.goto(`${server.url}/train`)
  await expect(page.getByRole('contentinfo')).toBeVisible()
  await expect(start).toBeHidden()
})

test('waits for a server that is away, and one tab has the draft @extended', async ({ page, context }) => {
  await openTrain(page)
  let away = true
  await context.route(/\/(api\/embed|health\/ready)/, (route) => (away ? route.abort() : route.continue()))
  await page.locator('input[type=file][webkitdirectory]').setInputFiles(join(folder, 'patterns'))
  await expect(page.getByText(/Waiting for the server/)).toBeVisible()
  away = false
  await expect(accuracy(page)).toBeVisible()
  // Only once all photos are read.
  await expect(page.getByRole('button', { name: 'Save model' })).toBeEnabled()
  await context.setOffline(true)
  await page.getByLabel('Name', { exact: true }).fill('Offline')
  await page.getByRole('button', { name: 'Save model' }).click()
  await expect(page.getByText(/^No connection\. /)).toBeVisible()
  await context.setOffline(false)
  const second = await context.newPage()
  await openTrain(second)
  await expect(heading(second, 'This page is open in another tab')).toBeVisible()
  await second.getByRole('button', { name: 'Continue here' }).click()
  await expect(label(second, 'dots').getByText('8 photos')).toBeVisible()
  await expect(heading(page, 'This page is open in another tab')).toBeVisible()
})

test('a visitor’s own model has its title where it is used, and nobody else sees it @extended', async ({ browser }) => {
  const open = await startServer({
    env: { LOG_LEVEL: 'warn', DEFAULT_MODEL_TYPE: 'fast', TRAINING: 'visitors' },
  })
  const page = await browser.newPage({ baseURL: open.url })
  const other = await browser.newPage({ baseURL: open.url })
  try {
    await page.goto('/train')
    await waitForHydration(page)
    await page.locator('input[type=file][webkitdirectory]').setInputFiles(join(folder, 'patterns'))
    await expect(accuracy(page)).toBeVisible()
    await page.getByLabel('Name', { exact: true }).fill('My own patterns')
    await page.getByRole('button', { name: 'Save model' }).click()
    const link = (await page.getByText(/\/\?model=m-[0-9a-f]{32}$/).textContent()) ?? ''
    await page.getByRole('link', { name: 'Classify photos with it' }).click()
    await expect(heading(page, 'Classify a photo')).toBeVisible()
    await page.locator('input[type=file][multiple]').setInputFiles(join(folder, 'new.png'))
    await expect(heading(page, 'rings')).toBeVisible()
    await expect(page.getByRole('button', { name: /^My own patterns/ })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('button', { name: /^My own patterns/ })).toBeVisible()
    await navigate(page, 'Models')
    await expect(page.getByRole('article').first()).toBeVisible()
    await expect(page.getByText('My own patterns')).toHaveCount(0)
    // Somebody else with the link has no photos, which another base would have to read.
    await other.goto(`/train${new URL(link).search}`)
    await expect(label(other, 'rings').getByText('8 photos')).toBeVisible()
    await other.getByRole('button', { name: /^Base model/ }).click()
    await other.getByText('Accurate', { exact: true }).click()
    await expect(other.getByText('25 photos aren’t in this browser', { exact: false })).toBeVisible()
    await other.getByRole('button', { name: 'Keep' }).click()
    await expect(other.getByRole('button', { name: 'Base model · Fast' })).toBeVisible()
  } finally {
    await Promise.all([page.close(), other.close()])
    await open.stop()
  }
})

test('asks for the operator’s token where the server has one, and learns from photos that visitors corrected @extended', async ({
  browser,
}) => {
  const guarded = await startServer({
    env: {
      LOG_LEVEL: 'warn',
      DEFAULT_MODEL_TYPE: 'fast',
      ADMIN_TOKEN: 'a-long-token-of-the-operator',
      FEEDBACK: 'photos',
    },
  })
  try {
    const page = await browser.newPage({ baseURL: guarded.url })
    await page.goto('/train')
    await waitForHydration(page)
    await page.locator('input[type=file][webkitdirectory]').setInputFiles(join(folder, 'patterns'))
    await expect(accuracy(page)).toBeVisible()
    await page.getByLabel('Name', { exact: true }).fill('Patterns')
    await page.getByLabel('Operator’s token').fill('wrong')
    await page.getByRole('button', { name: 'Save model' }).click()
    await expect(
      page.getByText('This server lets only its operator save models.', { exact: false }).last(),
    ).toBeVisible()
    await page.getByLabel('Operator’s token').fill('a-long-token-of-the-operator')
    await page.getByRole('button', { name: 'Save model' }).click()
    await expect(page.getByText('Saved as Patterns')).toBeVisible()
    // A visitor corrects an answer and sends the photo, from which the model learns.
    const { model } = await (await page.request.get('/api/models/patterns')).json()
    const vote = { id: 'vote-of-a-visitor', model: model.id, revision: model.revision, index: 2, score: 0.5 }
    const photo = (await drawing('rings', 40)).toString('base64')
    const sent = await page.request.post('/api/feedback', { data: { ...vote, verdict: 'wrong', correct: 1, photo } })
    expect(sent.status()).toBe(201)
    await page.getByRole('button', { name: 'Add photos from feedback' }).click()
    await expect(page.getByText('1 corrected photo added.')).toBeVisible()
    await expect(label(page, 'rings').getByText('9 photos')).toBeVisible()
    await page.close()
  } finally {
    await guarded.stop()
  }
})
