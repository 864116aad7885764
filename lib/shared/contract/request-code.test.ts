import { expect, test } from 'vitest'
import { REQUEST_CODE } from './request-code'

const FILE = `it's "my" photo.jpg`
const url = 'https://here/api/classify?top_k=3'

test('quotes file names and texts that a shell or a program would misread', () => {
  const request = { method: 'POST', url, body: { file: FILE } }
  expect(REQUEST_CODE.cURL(request)).toBe(`curl --data-binary '@it'\\''s "my" photo.jpg' '${url}'`)
  expect(REQUEST_CODE.Python(request)).toContain(`open("it's \\"my\\" photo.jpg", "rb")`)
  expect(REQUEST_CODE.TypeScript(request)).toContain(`openAsBlob('it\\'s "my" photo.jpg')`)
})

test('names the method only where it isn’t clear', () => {
  expect(REQUEST_CODE.cURL({ method: 'GET', url: 'https://here/api/models' })).toBe('curl https://here/api/models')
  expect(REQUEST_CODE.cURL({ method: 'DELETE', url: 'https://here/x' })).toBe('curl -X DELETE https://here/x')
  expect(REQUEST_CODE.TypeScript({ method: 'GET', url })).toContain(`await fetch('${url}')\n`)
})
