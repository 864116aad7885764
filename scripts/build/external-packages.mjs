// Makes the build independent of links: Next's bundler names external packages by links with a hash (`sharp-20c6a5da84e2135f`)
// in .next/node_modules. npm drops links and folders of that name from a package, so the plain names are put back.
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Replaces each hashed name in the built server code by the package's own, and removes the links. */
export function restorePackageNames(next = '.next') {
  const names = linkedPackages(join(next, 'node_modules'))
  if (names.size === 0) return
  const hashed = new RegExp(`(${[...names.keys()].map(escapePattern).join('|')})`, 'g')
  for (const file of serverFiles(join(next, 'server'))) {
    const code = readFileSync(file, 'utf8')
    const plain = code.replace(hashed, (name) => names.get(name))
    if (plain !== code) writeFileSync(file, plain)
  }
  rmSync(join(next, 'node_modules'), { recursive: true })
}

/** @returns {Map<string, string>} from a link's name to the package that it leads to */
function linkedPackages(folder) {
  if (!existsSync(folder)) return new Map()
  const links = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    lstatSync(join(folder, name)).isSymbolicLink(),
  )
  return new Map(links.map((name) => [name.split(sep).join('/'), packageName(readlinkSync(join(folder, name)))]))
}

function packageName(target) {
  return target.split(sep).join('/').split('node_modules/').pop()
}

function serverFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name))
}

function escapePattern(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
