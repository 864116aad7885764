import { describe, expect, test } from 'vitest'
import { currentState, mainPages, PHOTO_PAGES } from './destinations'

const hrefs = (batches: boolean, training: boolean, server = true) =>
  mainPages({ server, batches, training }).map(({ href }) => href)

describe('navigation', () => {
  test('lists the main pages in one order, without what the server does not offer', () => {
    expect(hrefs(true, true)).toEqual(['/', '/batch', '/train', '/models', '/api-docs'])
    expect(hrefs(false, false)).toEqual(['/', '/models', '/api-docs'])
  })

  test('without a server that runs models, lists the pages that need none', () => {
    expect(hrefs(false, false, false)).toEqual(['/', '/models'])
  })

  test('marks the page itself, and Classify for pages about a photo', () => {
    const [classify, batch] = mainPages({ server: true, batches: true, training: true })
    if (!classify || !batch) throw new Error('no pages')
    expect(currentState(classify, '/')).toBe('page')
    expect(currentState(batch, '/batch')).toBe('page')
    expect(currentState(batch, '/')).toBeUndefined()
    for (const { href } of PHOTO_PAGES) {
      expect(currentState(classify, href)).toBe('true')
    }
    expect(currentState(classify, '/models')).toBeUndefined()
  })
})
