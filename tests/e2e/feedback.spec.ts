import { expect, type Page, test } from '@playwright/test'
import { startServer } from '../support/server'
import { startVision } from '../support/vision'
import { expectAccessible } from './axe'
import { choosePhotos, heading } from './browser-page'

interface SentVote {
  id: string
  verdict: string
  correct: number | null
  photo?: string
}

/** Records the votes that the page sends to the server. */
function recordVotes(page: Page): SentVote[] {
  const votes: SentVote[] = []
  page.on('request', (request) => request.url().endsWith('/api/feedback') && votes.push(request.postDataJSON()))
  return votes
}

test('sends one vote on a double click, then a correction with a label found by synonym and the photo', async ({
  page,
}) => {
  const votes = recordVotes(page)
  await page.goto('/')
  await choosePhotos(page, 'koala.webp')
  await expect(page.getByText(/Nothing identifies you, and the photo is stored only if you include it/)).toBeVisible()
  await page.getByRole('button', { name: 'Yes' }).dblclick()
  await expect(page.getByText('Thanks! You marked this as correct.')).toBeVisible()
  expect(votes).toHaveLength(1)
  expect(votes[0]).toMatchObject({ verdict: 'right', correct: null })
  expect(votes[0]?.photo).toBeUndefined()

  await page.getByRole('button', { name: 'Change' }).click()
  await page.getByRole('switch', { name: 'Include the photo' }).click()
  await page.getByRole('button', { name: 'No, suggest a label' }).click()
  // "polar bear" is a synonym of the label "ice bear".
  const field = page.getByRole('combobox', { name: 'What’s the correct label?' })
  await field.fill('polar bea')
  await expect(page.getByRole('option', { name: /^ice bear/ })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await expect(page.getByText('Thanks! You suggested ice bear.')).toBeVisible()
  expect(votes[1]).toMatchObject({ id: votes[0]?.id, verdict: 'wrong', correct: 296 })
  expect(votes[1]?.photo?.length).toBeGreaterThan(1000)

  await page.reload()
  await expect(page.getByText('Thanks! You suggested ice bear.')).toBeVisible()
  await page.goto('/models')
  await expect(page.getByText('Visitor feedback')).toBeVisible()
  await expect(page.getByText(/koala → .*ice bear.* \(\d+\)/)).toBeVisible()
})

test('accepts a vote without a correction, and reports a lost connection', async ({ page, context }) => {
  const votes = recordVotes(page)
  await page.goto('/')
  await choosePhotos(page, 'espresso.png')
  await expect(heading(page, 'espresso')).toBeVisible()
  await page.getByRole('button', { name: 'No, suggest a label' }).click()
  await expect(page.getByRole('combobox', { name: 'What’s the correct label?' })).toBeFocused()
  await context.setOffline(true)
  await page.getByRole('button', { name: 'I don’t know' }).click()
  await expect(page.getByRole('alert').filter({ hasText: /connection|offline/i })).toBeVisible()
  await context.setOffline(false)
  await page.getByRole('button', { name: 'I don’t know' }).click()
  await expect(page.getByText('Thanks! You marked this as incorrect.')).toBeVisible()
  expect(votes.at(-1)).toMatchObject({ verdict: 'wrong', correct: null })
})

test('works behind a password @extended', async ({ browser }) => {
  const hash = startVision(['hash-password', 'ada'])
  hash.child.stdin.end('open sesame please')
  await new Promise((resolve) => hash.child.on('close', resolve))
  const [, BASIC_AUTH = ''] = /^BASIC_AUTH='(.+)'$/m.exec(hash.said().out) ?? []
  const server = await startServer({
    env: { BASIC_AUTH, DEFAULT_MODEL_TYPE: 'fast', LOG_LEVEL: 'warn', FEEDBACK: 'labels' },
  })
  try {
    const anonymous = await browser.newContext({ baseURL: server.url })
    expect((await anonymous.request.get('/')).status()).toBe(401)
    await anonymous.close()
    const context = await browser.newContext({
      baseURL: server.url,
      httpCredentials: { username: 'ada', password: 'open sesame please' },
    })
    const page = await context.newPage()
    const refused: string[] = []
    page.on('response', (reply) => reply.status() >= 400 && reply.status() !== 401 && refused.push(reply.url()))
    await page.goto('/')
    await choosePhotos(page, 'koala.webp')
    await expect(heading(page, 'koala')).toBeVisible()
    await page.getByRole('button', { name: 'Yes' }).click()
    await expect(page.getByText('Thanks! You marked this as correct.')).toBeVisible()
    await page.getByRole('button', { name: 'Why this label?' }).click()
    await expect(page.getByTestId('heat')).toBeVisible()
    expect(refused).toEqual([])
    await context.close()
  } finally {
    await server.stop()
  }
})
