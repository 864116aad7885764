import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { writeCatalog } from '../support/onnx'
import { startServer, type TestServer } from '../support/server'
import { copyTextImageModel } from '../support/text-image'
import { violations } from './axe'
import { failOnPageErrors, photoInput } from './browser-page'

let models: string
let server: TestServer

test.beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'own-words-'))
  writeCatalog(models, { fast: 'tiny' }, 'fast', 4)
  copyTextImageModel('siglip', join(models, 'siglip'))
  server = await startServer({ env: { LOG_LEVEL: 'warn', MODELS_DIR: models } })
})
test.afterAll(async () => {
  await server?.stop()
  rmSync(models, { recursive: true })
})
test.beforeEach(({ page }) => failOnPageErrors(page))

const bars = (page: Page) => page.getByRole('table', { name: 'Scores' }).getByRole('rowheader')

test('a photo gets the visitor’s own labels, which can be changed and survive a reload @phone-extended', async ({
  page,
}) => {
  await page.goto(server.url)
  await photoInput(page).setInputFiles('public/gallery/koala.webp')
  await page.getByRole('button', { name: 'Label it in your own words' }).click()
  await expect(bars(page)).toHaveCount(5)
  const field = page.getByRole('textbox', { name: 'Add labels' })
  for (const label of ['a person', 'an animal', 'a plant', 'food', 'a vehicle'])
    await page.getByRole('button', { name: `Remove ${label}`, exact: true }).click()
  await field.fill('koala, "bolts, M8"')
  await field.press('Enter')
  await expect(bars(page)).toHaveCount(3)
  expect((await bars(page).allTextContents()).sort()).toEqual(['a building', 'bolts, M8', 'koala'])
  await field.fill('<b>')
  await field.press('Enter')
  await expect(page.getByText(/“<b>” can’t be a label/)).toBeVisible()
  await field.fill('')
  await page.getByRole('button', { name: 'Advanced' }).click()
  const template = page.getByRole('textbox', { name: 'Text that photos are compared with' })
  await template.fill('no place')
  await expect(page.getByText('Write {} where the label belongs.')).toBeVisible()
  await template.fill('a drawing of {}')
  const sent = page.waitForResponse((reply) => new URL(reply.url()).searchParams.has('hypothesis_template'))
  await template.press('Enter')
  expect(new URL((await sent).url()).searchParams.get('hypothesis_template')).toBe('a drawing of {}')
  expect(await violations(page)).toEqual([])
  await page.reload()
  await expect(page.getByRole('button', { name: 'Remove koala', exact: true })).toBeVisible()
  await expect(bars(page)).toHaveCount(3)
  expect((await bars(page).allTextContents()).sort()).toEqual(['a building', 'bolts, M8', 'koala'])
  await page.getByRole('button', { name: 'What the model saw' }).click()
  await expect(page.getByRole('img', { name: /input|model/i }).last()).toBeVisible()
  await page.getByRole('button', { name: 'Use a model’s labels instead' }).click()
  await expect(page.getByRole('button', { name: 'Label it in your own words' })).toBeVisible()
  await expect(bars(page)).toHaveCount(4)
})

test('a link chooses the model with labels to begin with, and other pages leave it out', async ({ page }) => {
  await page.goto(`${server.url}/?model=siglip`)
  await photoInput(page).setInputFiles('public/gallery/koala.webp')
  await expect(page.getByRole('heading', { name: 'Your own words' })).toBeVisible()
  await expect(bars(page)).toHaveCount(5)
  await page.goto(`${server.url}/models`)
  await expect(page.getByText('Labels in your own words')).toBeVisible()
  await expect(page.getByText('To label photos in your own words')).toBeHidden()
  await page.goto(`${server.url}/batch`)
  await expect(page.getByText('siglip')).toHaveCount(0)
})
