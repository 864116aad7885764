// Builds the service worker with the list of the files that the pages of lib/shared/offline/pages.json need.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const SOURCE = 'lib/client/offline/worker/service-worker.ts'
const PAGES = 'lib/shared/offline/pages.json'

/** A file of the build, as manifests, scripts, and styles (`../media/a.woff2`) name it. */
const REFERENCE = /(?:static|\.\.)\/((?:chunks|media)\/[\w.~-]+)/g
const TEXT = /\.(m?js|css)$/
/** Bundlers leave the sources of workers there, which no page loads. */
const UNUSED = /\.(ts|map)$/

/**
 * Writes the service worker of a build.
 *
 * @param {object} options
 * @param {string} options.base the base path of the build: `/vision`, or empty
 * @param {string} options.outfile where to write it; the host serves it as `/sw.js` below the base path
 * @param {string} [options.next] the folder of the build
 * @param {string[]} [options.more] paths of other pages to keep: the same ones in another language
 */
export async function buildServiceWorker({ base, outfile, next = '.next', more = [] }) {
  const { outputFiles } = await build({
    entryPoints: [SOURCE],
    bundle: true,
    write: false,
    minify: true,
    target: 'es2022',
    format: 'iife',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const code = outputFiles[0].text
  const ownPages = JSON.parse(read(PAGES)).pages.filter((page) => existsSync(manifestOf(next, page)))
  const pages = [...ownPages, ...more]
  const built = filesOfPages(next, ownPages).map((path) => `/_next/${path}`)
  const assets = assetFiles()
  const digest = createHash('sha256')
    .update(JSON.stringify([base, pages, built]))
    .update(code)
  for (const [path, file] of assets) digest.update(path).update(readFileSync(file))
  const version = digest.digest('hex').slice(0, 16)
  const facts = { version, base, pages, files: [...built, ...assets.keys()] }
  writeFileSync(outfile, `const OFFLINE_BUILD=${JSON.stringify(facts)};${code}`)
}

const manifestOf = (next, page) => join(next, 'server', 'app', page, 'page_client-reference-manifest.js')

/**
 * Every file that these pages may load, also later: what their manifests name, what those files name, and so on.
 *
 * @returns {string[]} such as `static/chunks/a.js`
 */
function filesOfPages(next, pages) {
  const found = new Set()
  const texts = [join(next, 'build-manifest.json'), ...pages.map((page) => manifestOf(next, page))].map(read)
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    for (const [, name] of text.matchAll(REFERENCE)) {
      const path = `static/${name}`
      const file = join(next, path)
      if (found.has(path) || UNUSED.test(path) || !existsSync(file)) continue
      found.add(path)
      if (TEXT.test(path)) texts.push(read(file))
    }
  }
  if (found.size === 0) throw new Error(`no file of the pages was found in ${next}`)
  return [...found].sort()
}

/** The sample photos, which have a thumbnail of their own size, and the icon. By path, with the files. */
function assetFiles() {
  const photos = readdirSync('public/gallery')
  const samples = readdirSync('public/gallery/thumbs').flatMap((name) => {
    const photo = photos.find((file) => name === file.replace(/\.\w+$/, '-112.webp'))
    return photo === undefined ? [] : [`/gallery/${photo}`, `/gallery/thumbs/${name}`]
  })
  return new Map([['/icon.svg', 'app/icon.svg'], ...samples.map((path) => [path, join('public', path)])])
}

function read(file) {
  return readFileSync(file, 'utf8')
}
