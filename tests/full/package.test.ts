import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The package as it is published, installed into an empty folder as `npx vision-object-classifier` does.
const MAX_BYTES = 45_000_000
const SKIP_SCRIPTS = ['--ignore-scripts', '--no-audit', '--no-fund']
let folder: string
let packed: { filename: string; size: number; files: { path: string }[] }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'))
  packed = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], '.'))[0]
  writeFileSync(join(folder, 'package.json'), '{}')
  npm(['install', ...SKIP_SCRIPTS, '--prefer-offline', join(folder, packed.filename)], folder)
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

test('is small and holds the built app, not the sources, tests or link folders', () => {
  expect(packed.size).toBeLessThan(MAX_BYTES)
  const paths = packed.files.map(({ path }) => path)
  for (const needed of [
    'bin/vision.mjs',
    'dist/vision.js',
    'dist/server.js',
    '.next/BUILD_ID',
    'models/catalog.json',
    'dist/client/index.d.ts',
  ])
    expect(paths).toContain(needed)
  expect(
    paths.filter((path) =>
      /(?<!\.d)\.tsx?$|\.(map|py)$|^(tests|lib|app|scripts|docs)\/|(^|\/)node_modules\//.test(path),
    ),
  ).toEqual([])
})

test('has a changelog entry and a lockfile for its version', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  expect([lock.version, lock.packages[''].version]).toEqual([version, version])
  expect(readFileSync('CHANGELOG.md', 'utf8')).toContain(`## [${version}]`)
  expect(spawnSync('npx', ['vision', '--version'], { cwd: folder, encoding: 'utf8' }).stdout).toContain(version)
})

test('vision classify answers from an empty folder', () => {
  const { status, stdout, stderr } = spawnSync(
    'npx',
    ['vision-object-classifier', 'classify', resolve('tests/e2e/photos')],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  expect([status, stderr]).toEqual([0, expect.any(String)])
  expect(stdout).toContain('koala')
})

test('vision serve answers pages and the API, and keeps its data outside of the package', async () => {
  // As npx starts it; npx itself would not pass the signal on.
  const command = join(folder, 'node_modules/.bin/vision-object-classifier')
  const server = spawn(process.execPath, [command, 'serve', '--port', '0'], { cwd: folder })
  const ended = once(server, 'exit')
  try {
    const url = await listening(server.stdout)
    const page = await fetch(url)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<main')])
    const photo = readFileSync('tests/e2e/photos/koala.heic')
    const reply = await fetch(`${url}/api/classify`, { method: 'POST', body: photo })
    expect([reply.status, (await reply.json()).predictions[0].label]).toEqual([200, 'koala'])
    // The package has one compressed copy of what browsers run models with, not two.
    const wasm = packed.files.find(({ path }) => /media\/ort.*\.wasm$/.test(path))?.path.replace('.next', '_next')
    const compressed = await fetch(`${url}/${wasm}`, { headers: { 'accept-encoding': 'gzip, br' } })
    expect([compressed.status, compressed.headers.get('content-encoding')]).toEqual([200, 'gzip'])
    expect(statSync(join(folder, 'vision-data')).isDirectory()).toBe(true)
    expect(existsSync(join(folder, 'node_modules/vision-object-classifier/data'))).toBe(false)
  } finally {
    server.kill('SIGTERM')
    await ended
  }
})

async function listening(stdout: NodeJS.ReadableStream): Promise<string> {
  let output = ''
  for await (const piece of stdout) {
    output += piece
    const url = /"url":"([^"]+)"[^\n]*"msg":"listening"/.exec(output)?.[1]
    if (url) return url.replace('localhost', '127.0.0.1')
  }
  throw new Error(`the server stopped:\n${output}`)
}
