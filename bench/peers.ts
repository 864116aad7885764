import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { npm } from '../scripts/steps.mjs'
import { createVenv, venvProgram } from '../scripts/tools/python.mjs'
import { freePort } from '../tests/support/ports'
import { keep } from './keep.mjs'
import { type OverHttp, overHttp, type PhotoBody, type Target, WORKERS } from './measure'

/** Another server to compare with. */
export interface PeerSpec {
  name: string
  command: string
  args: string[]
  cwd: string
  env?: Record<string, string>
  /** Accepts photos at this path. */
  path: string
  body?: PhotoBody
  /** Reports whether it's ready. Default: `/health` */
  ready?: string
}

interface Peer extends Target {
  name: string
  keeper: ChildProcess
}

const HERE = resolve('bench/peers')
/** Folder where the peers are installed; ignored by git. */
const HOME = resolve('.cache/bench-peers')
const VENV = join(HOME, 'venv')
const PYTHON = venvProgram(VENV, 'python')
/** Exists once everything is installed. */
const READY = join(HOME, 'ready')
/** Python with the programs of `startDemos`, which take gigabytes. */
const DEMOS_VENV = join(HOME, 'demos')
const START_TIMEOUT_MS = 120_000
const LOOK_MS = 200

/**
 * Installs (once) and starts the servers to compare with, using the same model: FastAPI, LitServe, and BentoML with
 * Pillow and ONNX Runtime, and transformers.js, with the same number of workers and one thread per run. Requires python3
 * and the package registries. Without them, the run has no peers and says why.
 */
export async function startPeers(model: string): Promise<Peers> {
  return orNone(() => {
    prepareTransformers(model)
    const env = { BENCH_MODEL: resolve(model), BENCH_WORKERS: String(WORKERS) }
    const python = { command: PYTHON, cwd: HERE, env }
    return [
      { ...python, name: 'FastAPI', args: ['fastapi_server.py'], path: '/classify' },
      { ...python, name: 'LitServe', args: ['litserve_server.py'], path: '/classify', body: 'form' },
      { ...python, name: 'BentoML', args: ['bentoml_server.py'], path: '/classify', body: 'form', ready: '/readyz' },
      {
        name: 'transformers.js',
        command: process.execPath,
        args: ['transformers_server.mjs'],
        cwd: HOME,
        env: { ...env, BENCH_MODEL: `${HOME}/model` },
        path: '/',
      },
    ]
  })
}

/**
 * Installs (once) and starts what most people start with, as its documentation shows it: a Gradio interface with the
 * same model, and the default pipeline of `transformers` behind FastAPI, each in one process with the threads that it
 * takes by itself. The pipeline's model, ViT-B/16 at 224 pixels, has random weights, which take as long as trained ones.
 */
export async function startDemos(model: string): Promise<Peers> {
  return orNone(() => {
    createVenv(DEMOS_VENV, requirements('requirements-demos.txt'), 'Gradio and transformers, some gigabytes,')
    const python = {
      command: venvProgram(DEMOS_VENV, 'python'),
      cwd: HERE,
      env: { BENCH_MODEL: resolve(model), GRADIO_ANALYTICS_ENABLED: 'False', HF_HUB_OFFLINE: '1' },
    }
    return [
      {
        ...python,
        name: 'Gradio',
        args: ['gradio_server.py'],
        path: '/gradio_api/run/predict',
        body: 'gradio',
        ready: '/config',
      },
      { ...python, name: 'transformers pipeline', args: ['pipeline_server.py'], path: '/classify' },
    ]
  })
}

async function orNone(install: () => PeerSpec[]): Promise<Peers> {
  try {
    return await Peers.start(install())
  } catch (error) {
    const none = await Peers.start([])
    none.say(`can't install the peers: ${(error as Error).message}`)
    return none
  }
}

/**
 * Installs the peers (once), and writes the model as transformers.js needs it.
 *
 * @returns the folder where transformers.js is installed, with the model in `model`
 * @throws Error if python3 or the package registries are missing
 */
export function prepareTransformers(model: string): string {
  createVenv(VENV, requirements('requirements.txt'), 'the Python peers')
  if (!existsSync(READY)) install()
  execFileSync(PYTHON, [`${HERE}/float_input.py`, model, `${HOME}/model`])
  return HOME
}

/** The packages of a list, not its name: a virtual environment is made anew when they change. */
function requirements(list: string): string[] {
  return readFileSync(join(HERE, list), 'utf8').split('\n').filter(Boolean)
}

function install(): void {
  console.error('Installing transformers.js (once) …')
  mkdirSync(HOME, { recursive: true })
  for (const file of ['package.json', 'transformers_server.mjs']) copyFileSync(join(HERE, file), join(HOME, file))
  if (!npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: HOME })) {
    throw new Error('npm install failed')
  }
  writeFileSync(READY, '')
}

/** The servers to compare with. If one doesn't start, stops or fails, it is reported and excluded from then on. */
export class Peers {
  /** Lost peers with time and reason; one line each. */
  readonly losses: string[] = []
  /** All peers that ever started, for the rows of the table. */
  readonly names: readonly string[]

  private constructor(private running: Peer[]) {
    this.names = running.map(({ name }) => name)
  }

  static async start(specs: readonly PeerSpec[]): Promise<Peers> {
    const started = await Promise.allSettled(specs.map(start))
    const peers = new Peers(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
    for (const one of started) if (one.status === 'rejected') peers.say((one.reason as Error).message)
    return peers
  }

  /** Measures the remaining peers, by name. */
  async measure(side: number, seconds: number, when: string): Promise<Map<string, OverHttp>> {
    const found = new Map<string, OverHttp>()
    for (const peer of this.running) {
      try {
        found.set(peer.name, await overHttp(peer, side, seconds))
      } catch (error) {
        const { exitCode } = peer.keeper
        const reason = exitCode === null ? (error as Error).message : `it stopped with ${exitCode}`
        this.say(`${peer.name} failed in ${when} and is excluded from then on: ${reason}`)
        // A failing peer must not use CPU.
        await stop(peer.keeper)
      }
    }
    this.running = this.running.filter(({ name }) => found.has(name))
    return found
  }

  say(loss: string): void {
    this.losses.push(loss)
    console.error(`${loss}; the run continues`)
  }

  /** Stops all peers with their workers. */
  async stop(): Promise<void> {
    await Promise.all(this.running.map(({ keeper }) => stop(keeper)))
    this.running = []
  }
}

/** @throws Error that names the peer if it doesn't start */
async function start({
  name,
  command,
  args,
  cwd,
  env,
  path,
  body = 'bytes',
  ready = '/health',
}: PeerSpec): Promise<Peer> {
  const port = await freePort()
  const keeper = keep(command, args, { cwd, env: { ...process.env, ...env, PORT: String(port) }, output: 'errors' })
  const base = `http://127.0.0.1:${port}`
  try {
    await answering(`${base}${ready}`, keeper, name)
  } catch (error) {
    await stop(keeper)
    throw error
  }
  return { name, url: base + path, pid: keeper.pid as number, body, keeper }
}

async function answering(url: string, keeper: ChildProcess, name: string): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS
  while (performance.now() < until) {
    if (keeper.exitCode !== null) throw new Error(`${name} did not start, it stopped with ${keeper.exitCode}`)
    const reply = await fetch(url, { signal: AbortSignal.timeout(START_TIMEOUT_MS) }).catch(() => null)
    if (reply?.ok) return
    await sleep(LOOK_MS)
  }
  throw new Error(`${name} did not start within two minutes`)
}

async function stop(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return
  const gone = once(keeper, 'exit')
  keeper.stdin?.end()
  await gone
}
