import { afterEach, expect, test, vi } from 'vitest'

/** The module as it is in what was built for a path. */
async function builtFor(path: string): Promise<typeof import('./base-path')> {
  vi.resetModules()
  vi.stubEnv('BUILT_BASE_PATH', path)
  return import('./base-path')
}
afterEach(() => vi.unstubAllEnvs())

test('an address of the product is put under the path, the start without a slash at its end', async () => {
  const { underBase } = await builtFor('/tools/vision')
  expect(['/api/models?x=/', '/', '/?photo=a', '/#photo-1'].map(underBase)).toEqual([
    '/tools/vision/api/models?x=/',
    '/tools/vision',
    '/tools/vision?photo=a',
    '/tools/vision#photo-1',
  ])
})

test('with and without the prefix a path means the same; what only begins alike is another', async () => {
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

test('at the root nothing changes', async () => {
  const { underBase, withoutBase } = await builtFor('')
  for (const path of ['/', '/api/models', '/?photo=a', '//x/', '/vision']) {
    expect([underBase(path), withoutBase(path)]).toEqual([path, path])
  }
})
