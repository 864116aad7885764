import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './ports'

/** A real reverse proxy in front of a server. */
export interface ReverseProxy {
  url: string
  folder: string
  stop(): Promise<void>
}

/** Whether a program is installed; tests that need it are skipped with a message otherwise. */
export function isInstalled(command: string): boolean {
  return spawnSync(command, ['-v']).error === undefined
}

/** HAProxy with one server and its default probe: `option httpchk` alone, HTTP/1.0 without Host. */
export async function startHaproxy(target: string): Promise<ReverseProxy> {
  const port = await freePort()
  return start('haproxy', port, (folder) => {
    const config = join(folder, 'haproxy.cfg')
    writeFileSync(
      config,
      `global
  stats socket ${folder}/admin.sock level admin
defaults
  mode http
  timeout connect 2s
  timeout client 20s
  timeout server 20s
frontend web
  bind 127.0.0.1:${port}
  default_backend vision
backend vision
  option httpchk GET /health/ready
  server one ${new URL(target).host} check inter 100ms fall 2 rise 1
`,
    )
    return ['-db', '-f', config]
  })
}

/**
 * nginx with defaults: HTTP/1.0 to the server, one connection per request; at `/kept/` HTTP/1.1 over keep-alive
 * connections, without a Host of its own.
 */
export function startNginx(target: string): Promise<ReverseProxy> {
  return nginx(
    target,
    () => `location / { proxy_pass http://vision; }
    location /nameless/ { proxy_set_header Host ""; proxy_pass http://vision/; }
    location /kept/ { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://vision/; }`,
  )
}

/**
 * nginx with the server under a path of its host, as documented in docs/other-hosts.md, and nothing else.
 *
 * @param stripped whether it strips the path
 */
export async function startNginxUnder(
  target: string,
  path: string,
  { stripped }: { stripped: boolean },
): Promise<ReverseProxy & { outside(): string[] }> {
  let log = ''
  const proxy = await nginx(target, (folder) => {
    log = join(folder, 'outside.log')
    return `location ${path}/ {
      proxy_pass http://vision${stripped ? '/' : ''};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
    location / { access_log ${log} plain; return 404; }`
  })
  /** Requests outside the path. */
  const outside = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.includes(ASKED))
  return { ...proxy, outside }
}

async function nginx(target: string, locations: (folder: string) => string): Promise<ReverseProxy> {
  const port = await freePort()
  return start('nginx', port, (folder) => {
    const config = join(folder, 'nginx.conf')
    mkdirSync(join(folder, 'temp'))
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    writeFileSync(
      config,
      `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  log_format plain '$request';
  access_log off;
  ${temp.map((name) => `${name}_temp_path ${folder}/temp/${name};`).join('\n  ')}
  client_max_body_size 0;
  upstream vision { server ${new URL(target).host}; keepalive 2; }
  server {
    listen 127.0.0.1:${port};
    ${locations(folder)}
  }
}
`,
    )
    return ['-c', config, '-p', folder, '-e', join(folder, 'error.log')]
  })
}

/** Path of the readiness check. */
const ASKED = '/?there'

async function start(command: string, port: number, argumentsIn: (folder: string) => string[]): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), `${command}-`))
  const child: ChildProcess = spawn(command, argumentsIn(folder), { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data))
  const url = `http://127.0.0.1:${port}`
  const end = performance.now() + 10_000
  // Any response will do; the test checks whether it is correct.
  while (!(await fetch(url + ASKED).catch(() => null))) {
    if (child.exitCode !== null || performance.now() > end) throw new Error(`${command} does not serve:\n${output}`)
    await sleep(50)
  }
  return {
    url,
    folder,
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
