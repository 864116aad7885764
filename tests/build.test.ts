import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { basePath, OWN } from '../scripts/build/base-path.mjs'
import { hash, run, sources } from '../scripts/steps.mjs'

/** When the app is rebuilt, and how its scripts report programs that cannot be run. */
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(path: string, text = 'x'): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

test('detects a change to any file that the build may read, including unknown ones', () => {
  const read = [
    'proxy.ts',
    'instrumentation.ts',
    'next.config.js',
    'postcss.config.js',
    'tsconfig.json',
    'package.json',
  ]
  const deep = ['app/a/page.tsx', 'components/b.tsx', 'lib/c.ts', 'bin/d.ts', 'cli/e.ts', 'public/f.png', 'new/g.ts']
  const all = [...read, ...deep, 'package-lock.json', '.npmrc', '.env.production']
  for (const path of all) write(path)
  for (const path of all) {
    const before = hash(sources(folder))
    appendFileSync(join(folder, path), 'y')
    expect([path, hash(sources(folder)) !== before]).toEqual([path, true])
  }
  const before = hash(sources(folder))
  for (const path of [
    'tests/a.test.ts',
    'docs/b.md',
    'README.md',
    '.next/BUILD_ID',
    'node_modules/c/d.js',
    'infra/e.ts',
  ])
    write(path)
  expect(hash(sources(folder))).toBe(before)
})

test('these files, and those of which the image is built, include everything that is bundled', async () => {
  const { metafile } = await build({
    entryPoints: [
      'bin/server.ts',
      'bin/worker.ts',
      'bin/vision.ts',
      'clients/typescript/index.ts',
      'proxy.ts',
      ...pages(),
    ],
    outdir: folder,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.css': 'empty', '.woff2': 'empty' },
    logLevel: 'silent',
  })
  const inputs = Object.keys(metafile.inputs)
  expect(inputs.length).toBeGreaterThan(300)
  const tops = new Set(sources())
  expect(inputs.filter((path) => !tops.has(path.split('/')[0] as string))).toEqual([])
  const included = [...readFileSync('.dockerignore', 'utf8').matchAll(/^!(.+)$/gm)].map(([, path]) => path as string)
  const ofImage = (path: string) => included.some((one) => path === one || path.startsWith(`${one}/`))
  expect(inputs.filter((path) => !ofImage(path))).toEqual([])
})

const pages = () =>
  readdirSync('app', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join('app', path))

test('names a program that cannot be run, and runs programs in one place only', () => {
  expect(run('there-is-no-such-program', [])).toBe(false)
  for (const name of ['build', 'steps.mjs'])
    cpSync(join('scripts', name), join(folder, 'scripts', name), { recursive: true })
  // Packages without the programs of other packages.
  const env = { ...process.env, NODE_PATH: resolve('node_modules') }
  mkdirSync(join(folder, 'node_modules'))
  cpSync('node_modules/esbuild', join(folder, 'node_modules/esbuild'), { recursive: true })
  const built = spawnSync(process.execPath, ['scripts/build/build.mjs'], { cwd: folder, encoding: 'utf8', env })
  expect([built.status, built.stderr]).toEqual([1, expect.stringContaining('next cannot be run: ')])
  const scripts = readdirSync('scripts', { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.mjs') && name !== 'steps.mjs',
  )
  const others = scripts.filter((name) => readFileSync(join('scripts', name), 'utf8').includes('spawnSync'))
  expect(others).toEqual([])
})

test.each(['vision', '/', '/vision/', '/a//b', '/a.b', '/a?b', '/a b', '/../a', 'https://host/a', '/api', '/models/x'])(
  'refuses to build with BASE_PATH=%s and prints one line',
  (value) => {
    const env = { ...process.env, BASE_PATH: value }
    const built = spawnSync(process.execPath, ['scripts/build/build.mjs'], { encoding: 'utf8', env })
    expect([built.status, built.stderr]).toEqual([
      1,
      expect.stringMatching(/^BASE_PATH="[^\n]*" is not allowed[;:] [^\n]*\n$/),
    ])
  },
)

test('a base path cannot be confused with a URL of the app', () => {
  expect(['/vision', '/tools/vision-2', ''].map((value) => basePath(value))).toEqual(['/vision', '/tools/vision-2', ''])
  // Folders in parentheses are groups without a URL of their own.
  const named = ['app', 'app/(dialects)', 'public'].flatMap((folder) => readdirSync(folder, { withFileTypes: true }))
  const addresses = named
    .filter((entry) => entry.isDirectory() || /^(icon|apple-icon|opengraph-image)/.test(entry.name))
    .map(({ name }) => name.split('.')[0])
  expect(addresses.length).toBeGreaterThan(10)
  expect(addresses.filter((name) => !name?.startsWith('(') && !OWN.includes(name as string))).toEqual([])
})

test('rebuilds the same sources only for a different base path', () => {
  for (const name of ['build/base-path.mjs', 'steps.mjs']) cpSync(join('scripts', name), join(folder, 'scripts', name))
  // Replaces the real build, which takes a minute.
  write(
    'scripts/build/build.mjs',
    `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('.next', { recursive: true })
writeFileSync('.next/BUILD_ID', '')
console.log('built for', process.env.BASE_PATH)`,
  )
  const buildOnce = (BASE_PATH: string) => {
    const code = "import('./scripts/steps.mjs').then(({ buildOnce }) => process.exit(buildOnce() ? 0 : 1))"
    const env = { ...process.env, BASE_PATH }
    return spawnSync(process.execPath, ['-e', code], { cwd: folder, encoding: 'utf8', env }).stdout
  }
  expect(buildOnce('/vision')).toContain('built for /vision\n')
  expect(buildOnce('/vision')).toBe('')
  expect(buildOnce('')).toContain('built for \n')
  expect(buildOnce('/vision')).toContain('built for /vision\n')
})
