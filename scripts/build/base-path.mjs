// Under which path the product is served: what is asked for, and what the pages were built for.
import { readFileSync } from 'node:fs'

const PATH = /^(\/[A-Za-z0-9_-]+){1,10}$/
/** First parts of the product's own addresses. Behind a proxy that takes the prefix away nobody could tell the two apart. */
export const OWN = [
  ...['_next', 'api', 'apple-icon', 'batch', 'compare', 'gallery', 'health', 'history', 'icon', 'icons', 'metrics'],
  ...['models', 'opengraph-image', 'result'],
]

/**
 * What `BASE_PATH` asks a build for: a path like `/vision` or `/tools/vision`; unset or empty is the root.
 *
 * @throws Error with the one line that the operator reads
 */
export function basePath(value = process.env.BASE_PATH ?? '') {
  if (value === '') return ''
  const written = `BASE_PATH=${JSON.stringify(value)} is not allowed`
  if (!PATH.test(value)) {
    throw new Error(
      `${written}; allowed: a path like /vision or /tools/vision, without a slash at its end, of letters, digits, - and _`,
    )
  }
  if (OWN.includes(value.split('/')[1])) throw new Error(`${written}: the product has addresses of its own there`)
  return value
}

/** The path that the pages of this folder were built for; empty where they are not built. */
export function builtBasePath() {
  try {
    return JSON.parse(readFileSync('.next/required-server-files.json', 'utf8')).config.basePath
  } catch {
    return ''
  }
}

/** The same as `basePath`; where it is not allowed, says so and ends the process. */
export function requireBasePath() {
  try {
    return basePath()
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
