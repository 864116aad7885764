import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The innermost package of a file: `node_modules/a/node_modules/@b/c/d.js` is one of `@b/c`. */
const PACKAGE = /^.*?(node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/@.][^/]*))\//
/** A package that another one brings in its own bundle, made with pnpm: `.pnpm/@b+c@1.2.0_d@3.0.0/node_modules/@b/c`. */
const PNPM = /node_modules\/\.pnpm\/[^/]*?([^/@_]+\+)?[^/@_]+@([^/_]+)[^/]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//

/**
 * The npm packages that are part of built files, as their source maps say.
 *
 * @param {readonly string[]} folders with built files and their source maps
 * @returns {{ name: string, version: string, license?: unknown }[]}
 */
export function bundledPackages(folders) {
  const found = new Map()
  for (const source of folders.flatMap(sourcesIn)) {
    const one = packageOf(source)
    if (one !== null) found.set(`${one.name}@${one.version}`, one)
  }
  return [...found.values()]
}

function packageOf(source) {
  const [, , version, name] = PNPM.exec(source) ?? []
  if (name !== undefined) return { name, version }
  const file = join(PACKAGE.exec(source)?.[1] ?? 'none', 'package.json')
  if (!existsSync(file)) return null
  const read = JSON.parse(readFileSync(file, 'utf8'))
  return read.name && read.version ? read : null
}

/** The paths of the sources of all maps in a folder. */
function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.map'))
    .flatMap((path) => {
      const { sources = [], sections = [] } = JSON.parse(readFileSync(join(folder, path), 'utf8'))
      return [...sources, ...sections.flatMap(({ map }) => map.sources ?? [])]
    })
    .map(decoded)
}

function decoded(source) {
  try {
    return decodeURIComponent(source)
  } catch {
    return source
  }
}
