import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'

/** A real server of the production build, in a process of its own, on a free port. */
export interface TestServer {
  url: string
  child: ChildProcess
  /** Its process id out here; `child` is another process where it is alone in a namespace. */
  pid: number
  /** What it has printed so far. */
  output(): string
  /** Waits until it has printed this: its log is another stream than its replies and may come after them. */
  printed(pattern: RegExp): Promise<void>
  /** Process ids of its workers. */
  workers(): number[]
  /** Sends SIGTERM and waits; returns the exit code. */
  stop(): Promise<number | null>
}

export interface StartOptions {
  env?: Record<string, string>
  /** The folder with the built project; this one if absent. */
  root?: string
  /** Folder of a cgroup to start it in, which bounds it with its workers. */
  cgroup?: string | undefined
  /** Whether it is alone in a PID namespace, as in a container: it sees no other process and nobody's number is of its count. It takes root. */
  alone?: boolean
}

/** Puts the shell that it runs in into a cgroup and becomes the command. */
const IN_CGROUP = 'echo $$ > "$0/cgroup.procs" && exec "$@"'

/** Puts a command into a PID namespace of its own; it is killed with the process that waits outside. */
const ALONE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child=KILL']

/** Whether this machine lets a test do that. */
export function canBeAlone(): boolean {
  const [command = '', ...args] = [...ALONE, 'true']
  return spawnSync(command, args).status === 0
}

/** Starts a server and waits until it listens. Rejects with its output where it stops instead. */
export async function startServer({
  env = {},
  root = '.',
  cgroup,
  alone = false,
}: StartOptions = {}): Promise<TestServer> {
  const node = [process.execPath, '--initial-old-space-size=256', resolve(root, 'dist/server.js')]
  // Its own folder, unless it is given one: jobs belong to one server.
  const data = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'data-'))
  const inside = alone ? [...ALONE, ...node] : node
  const [command = '', ...args] = cgroup ? ['sh', '-c', IN_CGROUP, cgroup, ...inside] : inside
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', PORT: '0', LOG_LEVEL: 'info', DATA_DIR: data, ...env },
  })
  if (env.DATA_DIR === undefined) child.once('exit', () => rmSync(data, { recursive: true, force: true }))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data))
  const url = await new Promise<string>((listening, failed) => {
    child.on(
      'message',
      (message: { kind: string; url: string }) => message.kind === 'listening' && listening(message.url),
    )
    // 'close' comes after its last words, 'exit' may come before them.
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

function childPids(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number)
}

function parentOf(pid: string): number {
  try {
    // "pid (name) state ppid …"; the name may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0 // It ended while we looked.
  }
}

/** Memory that the server and its workers hold, in bytes: what is theirs alone and what they share, counted each time. */
export function residentBytes(server: Pick<TestServer, 'child' | 'workers'>): number {
  return [server.child.pid as number, ...server.workers()].reduce((sum, pid) => sum + resident(pid), 0)
}

function resident(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return 1024 * Number(kilobytes ?? 0)
  } catch {
    return 0 // It ended while we looked.
  }
}
