import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Target, WORKERS } from './measure'

export interface Peer extends Target {
  name: string
  stop(): void
}

const HERE = resolve('bench/peers')
/** Where the peers are installed; git ignores it. */
const HOME = resolve('.cache/bench-peers')
const PYTHON = `${HOME}/venv/bin/python`
const START_TIMEOUT_MS = 60_000

/**
 * Installs (once) and starts the servers to compare with, on the same model: FastAPI and LitServe with Pillow and ONNX Runtime,
 * and transformers.js, with as many workers as we have and one thread a run. Needs python3 and the package registries.
 */
export async function startPeers(model: string): Promise<Peer[]> {
  if (!existsSync(`${HOME}/ready`)) install()
  execFileSync(PYTHON, [`${HERE}/float_input.py`, model, `${HOME}/model`])
  const python = { command: PYTHON, cwd: HERE, model }
  return Promise.all([
    start({ ...python, name: 'FastAPI', args: ['fastapi_server.py'], path: '/classify', port: 18_101 }),
    start({ ...python, name: 'LitServe', args: ['litserve_server.py'], path: '/classify', port: 18_102, form: true }),
    start({
      name: 'transformers.js',
      command: process.execPath,
      args: ['transformers_server.mjs'],
      cwd: HOME,
      model: `${HOME}/model`,
      path: '/',
      port: 18_103,
    }),
  ])
}

function install(): void {
  console.error('Installing the peers (once) …')
  mkdirSync(HOME, { recursive: true })
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: HOME, stdio: 'inherit' })
  run('python3', '-m', 'venv', 'venv')
  run(PYTHON, '-m', 'pip', 'install', '--quiet', '--requirement', `${HERE}/requirements.txt`)
  for (const file of ['package.json', 'transformers_server.mjs']) copyFileSync(`${HERE}/${file}`, `${HOME}/${file}`)
  run('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error')
  run('touch', 'ready')
}

interface Start {
  name: string
  command: string
  args: string[]
  cwd: string
  model: string
  path: string
  port: number
  form?: boolean
}

async function start({ name, command, args, cwd, model, path, port, form = false }: Start): Promise<Peer> {
  const env = { ...process.env, PORT: String(port), BENCH_MODEL: resolve(model), BENCH_WORKERS: String(WORKERS) }
  // A process group of its own, so that its workers end with it.
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'], detached: true })
  const base = `http://127.0.0.1:${port}`
  await answering(`${base}/health`, child, name)
  return { name, url: base + path, pid: child.pid as number, form, stop: () => process.kill(-(child.pid as number)) }
}

async function answering(url: string, child: ChildProcess, name: string): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`${name} stopped with ${child.exitCode}`)
    const reply = await fetch(url).catch(() => null)
    if (reply?.ok) return
    await new Promise((done) => setTimeout(done, 200))
  }
  throw new Error(`${name} did not start within a minute`)
}
