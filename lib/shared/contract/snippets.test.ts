import { expect, test } from 'vitest'
import { SNIPPETS } from './snippets'

test('quotes file names that a shell or a program would misread', () => {
  const asked = { site: 'https://here', file: `it's "my" photo.jpg`, model: 'fast' }
  expect(SNIPPETS.cURL(asked)).toContain(`@'it'\\''s "my" photo.jpg' `)
  expect(SNIPPETS.Python(asked)).toContain('open("it\'s \\"my\\" photo.jpg", "rb")')
  expect(SNIPPETS.TypeScript({ ...asked, file: 'a.jpg' })).toContain('readFile("a.jpg")')
})
