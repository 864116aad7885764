import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Addresses of the API and of files: Next prefixes those of pages in its links, and none of these. */
const ADDRESS = /(\S*)['"`]\/(?:api|health|icons|gallery)\//g

test('whatever a page asks for or shows is under the path that the product is served under', () => {
  const found = ['app', 'components', 'lib/client'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?<!\.test)\.tsx?$/.test(path))
      .flatMap((path) => addresses(join(folder, path))),
  )
  expect(found.length).toBeGreaterThan(15)
  expect(found.filter(({ before }) => !before.endsWith('underBase('))).toEqual([])
})

function addresses(file: string): { file: string; before: string }[] {
  const code = readFileSync(file, 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  return [...code.matchAll(ADDRESS)].map(([, before = '']) => ({ file, before }))
}
