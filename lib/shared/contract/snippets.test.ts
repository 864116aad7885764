import { expect, test } from 'vitest'
import { SNIPPETS } from './snippets'

test('quotes file names that a shell or a program would misread', () => {
  const asked = { site: 'https://here', file: `it's "my" photo.jpg`, model: 'fast' }
  expect(SNIPPETS.cURL(asked)).toContain(`@'it'\\''s "my" photo.jpg' `)
  expect(SNIPPETS.Python(asked)).toContain('open("it\'s \\"my\\" photo.jpg", "rb")')
  expect(SNIPPETS.TypeScript({ ...asked, file: 'a.jpg' })).toContain('readFile("a.jpg")')
})

test('labels in words are part of the request, and quotes in them end no string', () => {
  const words = { candidate_labels: `"it's, M8",cat`, hypothesis_template: 'a photo of {}' }
  const request = { site: 'http://localhost', file: 'a.jpg', model: 'clip', ...words }
  for (const write of Object.values(SNIPPETS)) {
    const [, address = ''] = /['"](http:[^'"]*)['"]/.exec(write(request)) ?? []
    expect(Object.fromEntries(new URL(address).searchParams)).toEqual({ model: 'clip', ...words })
  }
})
