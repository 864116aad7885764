import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { REAL_MODEL_FOLDER, TINY_MODEL_FOLDER } from './models'

/** A real server from the production build, in a process of its own, on a free port. */
export interface TestServer {
  url: string
  child: ChildProcess
  /** Its process id in this namespace; `child` is another process if the server is in a PID namespace. */
  pid: number
  /** Its output so far. */
  output(): string
  /** Waits for output: logs and responses are separate streams, so a log line may arrive after its response. */
  printed(pattern: RegExp): Promise<void>
  /** Process ids of its workers. */
  workers(): number[]
  /** Sends SIGTERM and waits; returns the exit code. */
  stop(): Promise<number | null>
}

export interface StartOptions {
  env?: Record<string, string>
  /** The folder with the built project; defaults to this one. */
  root?: string
  /** Folder of a cgroup to start the server and its workers in. */
  cgroup?: string | undefined
  /** Whether to run it in its own PID namespace, as in a container. Requires root. */
  alone?: boolean
}

/** Moves its shell into a cgroup and replaces it with the command. */
const IN_CGROUP = 'echo $$ > "$0/cgroup.procs" && exec "$@"'

/** Runs a command in a PID namespace of its own; it is killed with the process that waits outside. */
const ALONE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child=KILL']

/** Whether this machine allows it. */
export function canBeAlone(): boolean {
  const [command = '', ...args] = [...ALONE, 'true']
  return spawnSync(command, args).status === 0
}

/** One worker, because each loads every model; tests that need more say so. */
const DEFAULTS = { NODE_ENV: 'production', PORT: '0', LOG_LEVEL: 'info', ENGINE_WORKERS: '1' } as const

/**
 * Half of a server's start goes to pages and models that most tests don't need: tests that do pass `PAGES`, `REAL_MODEL`
 * or `ALL_MODELS`. The full tests take their time, with a real model. Not in the browser tests, where setup.ts hasn't run.
 */
export function economies(): Record<string, string> {
  const models = process.env[process.env.TEST_FULL === '1' ? REAL_MODEL_FOLDER : TINY_MODEL_FOLDER]
  return models === undefined ? {} : { MODELS_DIR: models, PAGES: 'false' }
}

/** The environment of a server with pages. */
export const PAGES = { PAGES: 'true' }

/** Starts a server and waits until it listens. Rejects with its output if it exits instead. */
export async function startServer({
  env = {},
  root = '.',
  cgroup,
  alone = false,
}: StartOptions = {}): Promise<TestServer> {
  const node = [process.execPath, '--initial-old-space-size=256', resolve(root, 'dist/server.js')]
  // A folder of its own unless one is given: jobs belong to one server.
  const data = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'data-'))
  const inside = alone ? [...ALONE, ...node] : node
  const [command = '', ...args] = cgroup ? ['sh', '-c', IN_CGROUP, cgroup, ...inside] : inside
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...DEFAULTS, ...economies(), DATA_DIR: data, ...env },
  })
  if (env.DATA_DIR === undefined) child.once('exit', () => rmSync(data, { recursive: true, force: true }))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data))
  const url = await new Promise<string>((listening, failed) => {
    child.on(
      'message',
      (message: { kind: string; url: string }) => message.kind === 'listening' && listening(message.url),
    )
    // 'close' comes after the last output; 'exit' may come before it.
    child.on('close', (code) => failed(new Error(`the server stopped with ${code}:\n${output}`)))
  })
  const pid = alone ? (childPids(child.pid as number)[0] as number) : (child.pid as number)
  return {
    url: url.replace('localhost', '127.0.0.1'),
    child,
    output: () => output,
    async printed(pattern) {
      while (!pattern.test(output)) await once(child.stdout as Readable, 'data')
    },
    pid,
    workers: () => childPids(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      process.kill(pid, 'SIGTERM')
      const [code] = await once(child, 'exit')
      return code
    },
  }
}

/** Process ids of a process's children. */
export function childPids(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number)
}

function parentOf(pid: string): number {
  try {
    // "pid (name) state ppid …"; the name may contain spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0 // Ended in the meantime.
  }
}

/** Pauses the workers of a server, so that what they run stays in progress, until the returned function is called. */
export function freeze(server: Pick<TestServer, 'workers'>): () => void {
  const pids = server.workers()
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  }
}

/** Resident memory of the server and its workers in bytes; shared memory counts for each. */
export function residentBytes(server: Pick<TestServer, 'child' | 'workers'>): number {
  return [server.child.pid as number, ...server.workers()].reduce((sum, pid) => sum + resident(pid), 0)
}

function resident(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return 1024 * Number(kilobytes ?? 0)
  } catch {
    return 0 // Ended in the meantime.
  }
}
