// The path that the app is served under: the requested one, and the one that the pages were built for.
import { readFileSync } from 'node:fs'

const PATH = /^(\/[A-Za-z0-9_-]+){1,10}$/
/** First segments of the app's own URLs. Behind a proxy that strips the prefix, they could not be told apart. */
export const OWN = [
  ...[
    '_next',
    'about',
    'api',
    'api-docs',
    'apple-icon',
    'batch',
    'compare',
    'docs',
    'gallery',
    'health',
    'history',
    'icon',
    'icons',
    'metrics',
  ],
  ...['models', 'offline', 'opengraph-image', 'result', 'train', 'usage'],
  // Dialects of the API.
  ...['config', 'explanations', 'gradio_api', 'hf', 'mcp', 'ping', 'predictions', 'torchserve', 'v1', 'v2'],
]

/**
 * The path in `BASE_PATH`, such as `/vision` or `/tools/vision`. Unset or empty is the root.
 *
 * @throws Error with one line for the operator
 */
export function basePath(value = process.env.BASE_PATH ?? '') {
  if (value === '') return ''
  const written = `BASE_PATH=${JSON.stringify(value)} is not allowed`
  if (!PATH.test(value)) {
    throw new Error(
      `${written}: use a path like /vision or /tools/vision with letters, digits, - and _, without a trailing slash`,
    )
  }
  if (OWN.includes(value.split('/')[1])) throw new Error(`${written}: the app has its own URLs there`)
  return value
}

/** The path that the pages in this folder were built for; empty if there is no build. */
export function builtBasePath() {
  try {
    return JSON.parse(readFileSync('.next/required-server-files.json', 'utf8')).config.basePath
  } catch {
    return ''
  }
}

/** Like `basePath`, but prints the error and exits. */
export function requireBasePath() {
  try {
    return basePath()
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
