import { afterEach, expect, test, vi } from 'vitest'

/** The module as built with a base path. */
async function builtFor(path: string): Promise<typeof import('./base-path')> {
  vi.resetModules()
  vi.stubEnv('BUILT_BASE_PATH', path)
  return import('./base-path')
}
afterEach(() => vi.unstubAllEnvs())

test('adds the base path; the home page has no trailing slash', async () => {
  const { underBase } = await builtFor('/tools/vision')
  expect(['/api/models?x=/', '/', '/?photo=a', '/#photo-1'].map(underBase)).toEqual([
    '/tools/vision/api/models?x=/',
    '/tools/vision',
    '/tools/vision?photo=a',
    '/tools/vision#photo-1',
  ])
})

test('accepts paths with and without the prefix; a path that only starts with the same characters differs', async () => {
  const { withoutBase } = await builtFor('/vision')
  expect(['/vision', '/vision/', '/vision/models', '/models', '/', '/visions/a'].map(withoutBase)).toEqual([
    '/',
    '/',
    '/models',
    '/models',
    '/',
    '/visions/a',
  ])
})

test('changes nothing at the root', async () => {
  const { underBase, withoutBase } = await builtFor('')
  for (const path of ['/', '/api/models', '/?photo=a', '//x/', '/vision']) {
    expect([underBase(path), withoutBase(path)]).toEqual([path, path])
  }
})
