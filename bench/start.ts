// npm run bench -- start: how long a server takes from its start until it listens and until it is ready, the CPU time
// of its processes until then, and how long the first visitor waits for the page and for the result of a photo. Medians
// of `--rounds 7`. `--against <folder>` starts the built server of another checkout in turn, for a fair comparison.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SERVER } from '../scripts/steps.mjs'
import { espresso } from '../tests/support/photos'
import { freePort } from '../tests/support/ports'
import { cpuSeconds } from './cpu'
import { machine } from './machine'
import { median } from './measure'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { rounds: { type: 'string', default: '7' }, against: { type: 'string' } },
})
const POLL_MS = 10

const ROWS = {
  listening: 'from start to listening, ms',
  ready: 'from start to ready, ms',
  cpu: 'CPU until ready, all processes, ms',
  page: 'first page, ms',
  photo: 'first photo, ms',
} as const
type Row = Record<keyof typeof ROWS, number>

const here = process.cwd()
const folders = [here, ...(values.against === undefined ? [] : [resolve(values.against)])]
const rounds = new Map<string, Row[]>(folders.map((folder) => [folder, []]))
for (let i = 0; i < Number(values.rounds); i++)
  for (const folder of folders) rounds.get(folder)?.push(await startOnce(folder))

const names = folders.map((folder) => (folder === here ? 'this one' : 'the other'))
console.log(`${machine()}
medians of ${values.rounds} starts

${''.padEnd(36)}${names.map((name) => name.padStart(12)).join('')}`)
for (const [key, name] of Object.entries(ROWS)) {
  const cells = folders.map((folder) => median((rounds.get(folder) ?? []).map((row) => row[key as keyof Row])))
  console.log(name.padEnd(36) + cells.map((cell) => cell.toFixed(0).padStart(12)).join(''))
}

/** Starts a server, waits until it is ready, visits it, and stops it. */
async function startOnce(folder: string): Promise<Row> {
  const data = mkdtempSync(join(tmpdir(), 'bench-start-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const startedAt = performance.now()
  const server = spawn(process.execPath, SERVER, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), DATA_DIR: data },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const { listening, ready } = await untilReady(server, url, startedAt)
    const cpu = 1000 * cpuSeconds(server.pid ?? 0)
    const page = await timed(() => fetch(url))
    const photo = await timed(() => fetch(`${url}/api/classify`, { method: 'POST', body: new Uint8Array(espresso) }))
    return { listening, ready, cpu, page, photo }
  } finally {
    const exited = once(server, 'exit')
    server.kill()
    await exited
    rmSync(data, { recursive: true, force: true })
  }
}

async function untilReady(server: ChildProcess, url: string, startedAt: number) {
  let listening = Number.NaN
  while (server.exitCode === null) {
    const response = await fetch(`${url}/health/ready`).catch(() => null)
    if (response && Number.isNaN(listening)) listening = performance.now() - startedAt
    if (response?.ok) return { listening, ready: performance.now() - startedAt }
    await sleep(POLL_MS)
  }
  throw new Error('the server ended before it was ready')
}

async function timed(send: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now()
  const response = await send()
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${response.url} returned ${response.status}`)
  return performance.now() - startedAt
}
