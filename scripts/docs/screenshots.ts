// Takes a screenshot of every page at desktop and phone width, light and dark, as a small WebP file:
// docs/screenshots/<page>-<width>-<theme>.webp.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import sharp from 'sharp'
import { writeKeyUsage } from '../../tests/support/key-usage'
import { startServer } from '../../tests/support/server'
import { smallDataset } from '../../tests/support/small-dataset'
import { chromiumPath } from '../tools/chromium.mjs'

const OUT = join('docs', 'screenshots')
const SIZES = [
  { width: 1280, height: 800, touch: false },
  { width: 390, height: 844, touch: true },
]
const PHOTOS = ['goldfish.webp', 'espresso.png', 'koala.webp', 'polar-bear.webp', 'scarlet-macaw.webp']
/** In order: each continues where the previous one ended, so that the history has entries. */
const PAGES: readonly [name: string, visit: (page: Page) => Promise<void>][] = [
  ['start', (page) => open(page, '/', 'Classify a photo')],
  ['answer', answer],
  ['why', why],
  ['compare', compare],
  ['compare-differ', differ],
  ['uncertain', uncertain],
  ['camera', camera],
  ['gallery', (page) => open(page, '/gallery', /gallery/)],
  ['batch-start', (page) => open(page, '/batch', 'Classify a batch')],
  ['batch', batch],
  ['batch-labels', judged],
  ['batch-photo', opened],
  ['batch-check', checkedBatch],
  ['models', (page) => open(page, '/models', 'Explore models')],
  ['train-start', (page) => open(page, '/train', 'Train your own model')],
  ['train', train],
  ['train-save', trainSave],
  ['label', label],
  ['history', (page) => open(page, '/history', 'Review your history')],
  ['api', sendRequest],
  ['menu', menu],
  ['shared', shared],
  ['feedback', feedback],
  ['usage', usage],
]

async function open(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(path, { waitUntil: 'networkidle' })
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
}

async function sendRequest(page: Page): Promise<void> {
  await open(page, '/api-docs', 'Classify photos from your code')
  await page.getByRole('button', { name: 'Send request' }).click()
  await page.getByRole('status').getByText(/^200/).waitFor()
}

async function choose(page: Page, files: readonly string[]): Promise<void> {
  await page.locator('input[type=file][multiple]').setInputFiles([...files])
}

async function answer(page: Page): Promise<void> {
  await choose(
    page,
    PHOTOS.map((name) => `public/gallery/${name}`),
  )
  await page.getByRole('button', { name: PHOTOS.at(-1) ?? '' }).click()
  await page.getByRole('heading', { level: 1, name: 'macaw' }).waitFor()
  await page.getByRole('button', { name: 'Download' }).waitFor()
}

async function why(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'koala.webp' }).click()
  await page.getByRole('heading', { level: 1, name: 'koala' }).waitFor()
  await page.getByRole('button', { name: 'Why this label?' }).click()
  await page.getByText(/model runs/).waitFor()
}

async function compare(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Compare models' }).click()
  await page.getByText('All 3 models agree').waitFor()
}

async function differ(page: Page): Promise<void> {
  await choose(page, ['public/gallery/astronaut.png'])
  await page.getByText(/different labels/).waitFor()
}

async function feedback(page: Page): Promise<void> {
  await page.goto(asking.url)
  await choose(page, ['public/gallery/koala.webp'])
  const question = page.getByRole('button', { name: 'No, suggest a label' })
  await question.click()
  await page.getByRole('combobox', { name: 'What’s the correct label?' }).fill('bear')
  await page.getByRole('option').first().waitFor()
}

async function usage(page: Page): Promise<void> {
  await page.goto(`${metered.url}/usage`, { waitUntil: 'networkidle' })
  await page.getByLabel('Operator’s token').fill(OPERATOR)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
}

async function uncertain(page: Page): Promise<void> {
  await page.goto('/')
  await choose(page, ['public/gallery/astronaut.png'])
  await page.getByText('Uncertain. Possibly', { exact: true }).waitFor()
}

async function camera(page: Page): Promise<void> {
  await page.goto('/#camera')
  await page.getByText(/fps/).waitFor()
}

/** A folder with gallery photos and cropped copies, and labels of which some are wrong. */
function folder(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'shots-')), 'holiday')
  mkdirSync(path)
  for (const name of readdirSync('public/gallery').filter((file) => /\.(webp|png)$/.test(file))) {
    cpSync(join('public/gallery', name), join(path, name))
  }
  writeFileSync(join(path, 'IMG_2041.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  writeFileSync(join(path, 'labels.csv'), LABELS)
  return path
}

const LABELS = `file,label
koala.webp,koala
espresso.png,espresso
goldfish.webp,goldfish
polar-bear.webp,ice bear
scarlet-macaw.webp,macaw
giant-panda.webp,giant panda
cat.png,tabby
astronaut.png,suit
baseball.webp,baseball
bucket.webp,bucket
volleyball.webp,volleyball
frying-pan.webp,frying pan
`

async function batch(page: Page): Promise<void> {
  await open(page, '/batch', 'Classify a batch')
  await page.locator('input[data-picks=folder]').setInputFiles(folder())
  await page.getByText(/^Done\./).waitFor()
}

async function judged(page: Page): Promise<void> {
  await page
    .getByRole('heading', { name: 'Accuracy against your labels' })
    .evaluate((heading) => heading.scrollIntoView())
}

async function opened(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Show .*\.png/ })
    .first()
    .click()
  await page.getByRole('dialog').getByRole('table', { name: 'Scores' }).waitFor()
}

/** A small data set with everything that a check finds. */
async function checkedBatch(page: Page): Promise<void> {
  await open(page, '/batch', 'Classify a batch')
  await page.getByRole('switch', { name: /^Check the data set/ }).click()
  const path = join(mkdtempSync(join(tmpdir(), 'shots-')), 'dataset')
  for (const { file, bytes } of await smallDataset()) {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    writeFileSync(join(path, file), bytes)
  }
  await page.locator('input[data-picks=folder]').setInputFiles(path)
  await page.getByText(/^Check complete\./).waitFor()
  const heading = page.getByRole('heading', { name: 'Check', exact: true })
  await heading.evaluate((element) => element.scrollIntoView())
  await page
    .getByRole('region', { name: /^Copies/ })
    .locator('img')
    .first()
    .waitFor()
}

/** Gallery photos in a folder for each label. */
function labeledFolder(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'shots-')), 'sorted')
  for (const [label, names] of Object.entries(LABELED)) {
    mkdirSync(join(path, label), { recursive: true })
    for (const name of names) cpSync(join('public/gallery', name), join(path, label, name))
  }
  return path
}

const LABELED = {
  animal: [
    'koala.webp',
    'giant-panda.webp',
    'polar-bear.webp',
    'ring-tailed-lemur.webp',
    'scarlet-macaw.webp',
    'cat.png',
  ],
  building: ['arc-de-triomphe.webp', 'qutub-minar.webp', 'winter-palace.webp'],
  tool: ['screwdriver.webp', 'tape-measure.webp', 'frying-pan.webp', 'weighing-scale.webp'],
}

async function train(page: Page): Promise<void> {
  // Saved at another width or in another theme.
  await page.request.delete('/api/models/animal-building-or-tool')
  await page.locator('input[type=file][webkitdirectory]').setInputFiles(labeledFolder())
  await page.getByTestId('accuracy').waitFor()
  await page
    .getByRole('region', { name: 'Try it' })
    .locator('input[type=file]')
    .setInputFiles('public/gallery/komodo-dragon.webp')
  await page.getByTestId('tried-label').waitFor()
  await page.evaluate(() => window.scrollTo(0, 0))
}

async function trainSave(page: Page): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill('Animal, building, or tool')
  await page.getByRole('button', { name: 'Save model' }).click()
  await page.getByText('Saved as').waitFor()
  await page.getByText('Saved as').evaluate((line) => line.scrollIntoView({ block: 'center' }))
}

/** Photos without labels. Some get one, so that the model guesses those of the next. */
async function label(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start over' }).click()
  await page.getByRole('button', { name: 'Remove all labels and photos' }).click()
  const photos = Object.values(LABELED).flat()
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles(photos.map((name) => `public/gallery/${name}`))
  await page.getByRole('button', { name: 'Label them one by one' }).click()
  for (let labeled = 1; labeled <= 6; labeled++) {
    const name = (await page.getByTestId('photo').getAttribute('alt')) ?? ''
    const [right = ''] = Object.entries(LABELED).find(([, names]) => names.some((one) => name.includes(one))) ?? []
    await page.getByRole('combobox', { name: 'Another label' }).fill(right)
    await page.keyboard.press('Enter')
    await page.getByTestId('label-progress').getByText(`${labeled} labeled`).waitFor()
  }
}

/** The menu of a phone; on a desktop the header names the same pages. */
async function menu(page: Page): Promise<void> {
  await open(page, '/', 'Classify a photo')
  const button = page.getByRole('button', { name: 'Menu' })
  if (!(await button.isVisible())) return
  await button.click()
  await page.getByRole('dialog', { name: 'Menu' }).waitFor()
}

async function shared(page: Page): Promise<void> {
  const answer = {
    v: 1,
    file: 'IMG_2044.jpg',
    model: 'efficientnet-lite1-int8',
    calibrated: true,
    uncertain: null,
    predictions: [
      ['espresso', 0.931],
      ['cup', 0.031],
      ['coffee mug', 0.012],
    ],
  }
  await open(page, `/result#${Buffer.from(JSON.stringify(answer)).toString('base64url')}`, 'espresso')
}

/** A video of one image for Chromium's fake camera. */
async function film(): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'film-')), 'cat.mjpeg')
  const frame = await sharp('public/gallery/cat.png')
    .resize(640, 480, { fit: 'cover' })
    .jpeg({ quality: 92 })
    .toBuffer()
  writeFileSync(path, Buffer.concat([frame, frame]))
  return path
}

async function launch(): Promise<Browser> {
  const executablePath = chromiumPath()
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${await film()}`,
    ],
  })
}

rmSync(OUT, { recursive: true, force: true })
mkdirSync(OUT, { recursive: true })
const server = await startServer({ env: { LOG_LEVEL: 'warn' } })
// The page asks for feedback only if the server enables it.
const asking = await startServer({ env: { LOG_LEVEL: 'warn', FEEDBACK: 'photos' } })
// Keys with a month of use.
const OPERATOR = 'operator'
const data = mkdtempSync(join(tmpdir(), 'shots-'))
await writeKeyUsage(data)
const metered = await startServer({
  env: { LOG_LEVEL: 'warn', API_KEYS: 'required', ADMIN_TOKEN: OPERATOR, DATA_DIR: data },
})
const browser = await launch()
try {
  for (const { width, height, touch } of SIZES) {
    for (const theme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        hasTouch: touch,
        isMobile: touch,
        reducedMotion: 'reduce',
        permissions: ['camera'],
        baseURL: server.url,
        locale: 'en',
      })
      const page = await context.newPage()
      for (const [name, visit] of PAGES) {
        await visit(page)
        await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {}) // A page with a camera never becomes idle.
        const picture = await page.screenshot()
        await sharp(picture)
          .webp({ quality: 82, effort: 6 })
          .toFile(join(OUT, `${name}-${width}-${theme}.webp`))
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
  await server.stop()
  await asking.stop()
  await metered.stop()
  rmSync(data, { recursive: true })
}
console.log(`docs/screenshots: ${PAGES.length * SIZES.length * 2} screenshots`)
