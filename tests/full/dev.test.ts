import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer, classify } from '../support/http'
import { espresso } from '../support/photos'

/** A copy of the project whose sources a test may change; packages are hard links. */
let root: string
let url: string
let child: ReturnType<typeof spawn>
let output = ''

const LEFT_OUT = ['.git', '.next', 'dist', 'test-results', 'tests', '.sst', '.cache']

beforeAll(async () => {
  mkdirSync('test-results', { recursive: true })
  root = mkdtempSync(join('test-results', 'dev-'))
  const entries = readdirSync('.').filter((name) => !LEFT_OUT.includes(name))
  execFileSync('cp', ['-al', ...entries, root])
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  child = spawn(process.execPath, ['scripts/run/dev.mjs'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'development', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data))
  await until(async () => (await fetch(`${url}/health/ready`)).status === 200)
}, 120_000)

afterAll(async () => {
  if (child.exitCode === null) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  rmSync(root, { recursive: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Polls until it holds, like a user who reloads until a rebuild is done. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 100_000; await sleep(100)) {
    if (await holds().catch(() => false)) return
  }
  throw new Error(`it never came true:\n${output}`)
}

/** Changes a source file. It is a hard link, so it is replaced to keep the original unchanged. */
function change(path: string, from: string, to: string): void {
  const source = readFileSync(join(root, path), 'utf8')
  expect(source).toContain(from)
  rmSync(join(root, path))
  writeFileSync(join(root, path), source.replace(from, to))
}

/** Two edits of the route: as many predictions as asked for, and one more. */
const AS_ASKED = '...topKOf(top_k)'
const MORE = '...topKOf((top_k ?? 0) + 1)'

const ask = () => answer(classify(url, espresso, { query: '?top_k=2' }))

test('the development server reloads pages, server code and workers', async () => {
  const before = await ask()
  expect(before.predictions[0]?.label).toBe('espresso')

  change('lib/shared/metrics/scores.ts', 'Math.exp(', 'Math.exp(3 * ')
  await until(async () => ((await ask()).predictions[0]?.score ?? 0) > (before.predictions[0]?.score ?? 1))

  change('lib/server/http/routes/classify.ts', AS_ASKED, MORE)
  await until(async () => (await ask()).predictions.length === 3)

  // The stamp is early: a request arrives when the stamp is for a change that Next.js hasn't loaded yet.
  const stamp = join(root, 'dist/dev/stamp')
  const changed = readFileSync(stamp, 'utf8')
  change('lib/server/http/routes/classify.ts', MORE, AS_ASKED)
  await until(async () => (await ask()).predictions.length === 2)
  const loaded = statSync(stamp).mtime
  writeFileSync(stamp, changed)
  expect((await ask()).predictions).toHaveLength(2)
  const early = statSync(stamp).mtimeMs
  change('lib/server/http/routes/classify.ts', AS_ASKED, MORE)
  // Even earlier, before the running code was loaded: Next.js has loaded the first of two quick changes in between.
  await until(async () => statSync(stamp).mtimeMs > early)
  utimesSync(stamp, loaded, loaded)
  await until(async () => (await ask()).predictions.length === 3)

  change('components/classify/empty-state.tsx', "{t('choose')}", "{t('choose')} Nothing.")
  await until(async () => (await (await fetch(url)).text()).includes('Nothing.'))

  change('lib/shared/messages/en.json', 'Classify a photo', 'What do you see?')
  await until(async () => (await (await fetch(url)).text()).includes('What do you see?'))
}, 240_000)
