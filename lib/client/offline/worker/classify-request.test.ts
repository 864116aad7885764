import { expect, test } from 'vitest'
import { classifyRequest } from './classify-request'

const BASE = 'https://host/vision'
const FILES = new Set(['/_next/static/chunks/a.js', '/gallery/koala.webp'])

function handling(path: string, { mode = 'navigate', method = 'GET', destination = '', rsc = false } = {}): string {
  const headers = new Headers(rsc ? { rsc: '1' } : {})
  const request = { url: new URL(path, 'https://host').href, mode, method, destination, headers } as Request
  const found = classifyRequest(request, BASE, FILES)
  return 'path' in found ? `${found.kind} ${found.path}` : found.kind
}

test('finds pages below the base path, as this server and plain file servers name them', () => {
  const paths = ['', '/', '/?photo=a.png', '/index.html', '/compare', '/compare/', '/compare.html', '/api-docs']
  expect(paths.map((path) => handling(`/vision${path}`))).toEqual([
    ...Array(4).fill('page /'),
    ...Array(3).fill('page /compare'),
    'page /api-docs',
  ])
})

test('leaves the API, other apps of the origin, other origins, and whatever changes something to the browser', () => {
  const fetched = { mode: 'cors' }
  const urls = ['/vision/api/models', '/vision/api/models/fast/graph', '/vision/health/ready', '/vision/metrics']
  expect(urls.map((url) => handling(url, fetched))).toEqual(Array(4).fill('none'))
  const navigated = ['/vision/api/jobs/1/results.csv', '/vision/api/docs', '/visions', '/other', '/']
  expect(navigated.map((url) => handling(url))).toEqual(Array(5).fill('none'))
  expect(handling('https://other/vision/')).toBe('none')
  expect(handling('/vision/', { method: 'POST' })).toBe('none')
})

test('tells files, the router’s requests, and workers apart', () => {
  expect(handling('/vision/_next/static/chunks/a.js?dpl=1', { mode: 'no-cors' })).toBe('file /_next/static/chunks/a.js')
  expect(handling('/vision/gallery/koala.webp', { mode: 'cors' })).toBe('file /gallery/koala.webp')
  expect(handling('/vision/_next/static/chunks/b.js', { mode: 'no-cors' })).toBe('none')
  expect(handling('/vision/_next/static/media/w.js', { mode: 'same-origin', destination: 'worker' })).toBe('worker')
  expect(handling('/vision/compare?_rsc=1', { mode: 'cors', rsc: true })).toBe('router /compare')
  expect(handling('/vision/compare.txt?_rsc=1', { mode: 'cors', rsc: true })).toBe('router /compare')
})
