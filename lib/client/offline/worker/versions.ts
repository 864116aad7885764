import { build } from './build'

/** The caches of this app, one for each version. Other apps of this origin have another base path. */
const PREFIX = `vision-offline:${build.base}:`

/** The cache of this version. */
export const CACHE = PREFIX + build.version

const FILES = new Set(build.files)

/** Finds what is part of the build in a page, in a script's address, or in a list of them. */
const REFERENCES = /\/_next(\/static\/(?:chunks|media)\/[\w.~-]+)/g

/** Whether a page, or the scripts in it, belong to this version: it knows all their files. */
export function isThisVersion(text: string): boolean {
  const references = Array.from(text.matchAll(REFERENCES), ([, path]) => `/_next${path}`)
  return references.length > 0 && references.every((path) => FILES.has(path))
}

/** The names of the caches of other versions. */
export async function otherVersions(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
}

/** A file that any version kept. Names that change with the content mean the same in all of them. */
export async function findFile(path: string): Promise<Response | undefined> {
  const own = await find(CACHE, path)
  if (own !== undefined || !isHashed(path)) return own
  for (const name of await otherVersions()) {
    const found = await find(name, path)
    if (found !== undefined) return found
  }
  return undefined
}

/** What this version keeps under a path; undefined if nothing. */
export function findOwn(path: string): Promise<Response | undefined> {
  return find(CACHE, path)
}

/** Whether the name of a file changes with its content. */
export function isHashed(path: string): boolean {
  return path.startsWith('/_next/static/')
}

/** The address of a path below the base path, which is the key in the caches. */
export function addressOf(path: string): string {
  return build.base + path
}

function find(cacheName: string, path: string): Promise<Response | undefined> {
  return caches.match(addressOf(path), { cacheName, ignoreVary: true })
}
