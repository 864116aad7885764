// node scripts/build/image-files.mjs <folder>: copies what the built app needs at run time, for the container image. Of
// each package it copies the files that are loaded, and native files only for this platform and CPU architecture.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { nodeFileTrace } from '@vercel/nft'

const ENTRIES = [
  'dist/server.js',
  'dist/worker.js',
  'dist/vision.js',
  'dist/engine-worker.js',
  'dist/heic-thread.js',
  'next.config.js',
]
/** Package files that tracing can't see: read as files, chosen by platform, or licenses, which must be included. */
const READ = [
  ...['libheif.wasm', 'LICENSE'].map((name) => `node_modules/libheif-js/libheif-wasm/${name}`),
  `node_modules/@koromix/koffi-${process.platform}-${process.arch}/${process.platform}_${process.arch}/koffi.node`,
  'node_modules/koffi/LICENSE.txt',
]
/** Copied as a whole, except for the files below that aren't needed at run time. */
const WHOLE = ['.next', 'dist', 'models', 'public', 'LICENSE', 'NOTICE', 'next.config.js']
/** Build cache, source maps, traces, and the scripts that created the models. */
const LEFT_OUT = [
  /^\.next\/(cache|types|trace|trace-build|diagnostics|turbopack)(\/|$)/,
  /\.(map|[cm]?tsx?)$/,
  /\.nft\.json$/,
  /^models\/build(\/|$)/,
]
/** Parts of Next that are only copied if Next's build lists them: compilers, documentation, development variants. */
const BUILD_PARTS_OF_NEXT =
  /^node_modules\/next\/dist\/(docs|build\/(webpack|babel|swc|turbopack-build)|server\/(dev|capsize)|compiled\/(next-server|next-devtools|webpack|babel|@modelcontextprotocol|@mswjs|cssnano|postcss|crypto-browserify|schema-utils|conf))/
/** Binaries for other platforms and CPU architectures. */
const OTHER_BINARIES = new RegExp(
  `^node_modules/onnxruntime-node/bin/napi-v\\d+/(?!${process.platform}/${process.arch}/)`,
)

const out = process.argv[2]
if (out === undefined) {
  console.error('node scripts/build/image-files.mjs <folder>')
  process.exit(2)
}

for (const path of WHOLE)
  cpSync(path, join(out, path), { recursive: true, verbatimSymlinks: true, filter: (from) => !isLeftOut(from) })
for (const path of await tracedFiles()) {
  mkdirSync(dirname(join(out, path)), { recursive: true })
  cpSync(realpathSync(path), join(out, path))
}
writeFileSync(join(out, 'package.json'), packageJson())

function isLeftOut(path) {
  return LEFT_OUT.some((pattern) => pattern.test(path))
}

/** Package files, relative to the root. */
async function tracedFiles() {
  const ofNext = new Set(nextFiles())
  const ignore = (path) => BUILD_PARTS_OF_NEXT.test(path) && !ofNext.has(path)
  const { fileList } = await nodeFileTrace(ENTRIES, { base: process.cwd(), ignore })
  const all = new Set([...fileList, ...ofNext, ...READ])
  return [...all].filter(
    (path) => path.startsWith('node_modules/') && existsSync(path) && !isLeftOut(path) && !OTHER_BINARIES.test(path),
  )
}

/**
 * Files that Next's build lists for its server and pages, and files that no trace lists but Next looks for at startup.
 */
function nextFiles() {
  const lists = readdirSync('.next', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.nft.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('next-minimal-server'))
  const listed = lists.flatMap((list) =>
    JSON.parse(readFileSync(list, 'utf8')).files.map((file) => relative('.', join(dirname(list), file))),
  )
  const helpers = readdirSync('node_modules/@swc/helpers', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(cjs|json)$/.test(entry.name))
    .map((entry) => relative('.', join(entry.parentPath, entry.name)))
  return [...listed.filter((path) => path.startsWith('node_modules/')), ...helpers, ...aliases()]
}

/** Bundled compilers whose paths Next resolves without loading them. */
function aliases() {
  const text = readFileSync('node_modules/next/dist/server/config-utils.js', 'utf8')
  const { resolve } = createRequire(import.meta.url)
  return [...text.matchAll(/'(next\/dist\/compiled\/[^']+)'/g)].map(([, name]) => relative('.', resolve(name)))
}

/** The version includes the commit as semver build metadata. */
function packageJson() {
  const { name, version, type, license, description } = JSON.parse(readFileSync('package.json', 'utf8'))
  const revision = process.env.REVISION?.slice(0, 12)
  const full = revision ? `${version}+${revision}` : version
  return `${JSON.stringify({ name, version: full, private: true, type, license, description }, null, 2)}\n`
}
