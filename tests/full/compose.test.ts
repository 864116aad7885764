import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { answer, classify } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { freePort } from '../support/ports'
import { versitygwFolder } from '../support/versitygw'

interface Service {
  image: string
  command?: string[]
  entrypoint?: string[]
  environment?: Record<string, string>
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  user?: string
  tmpfs?: string[]
  volumes?: string[]
  healthcheck?: { test?: string[]; disable?: boolean }
  ports?: string[]
  deploy?: { resources?: { limits?: { cpus?: string; memory?: string } } }
}
const file = readFileSync('compose.yaml', 'utf8')
const { services } = parse(file, { merge: true }) as { services: Record<string, Service> }

describe('what compose.yaml says', () => {
  test('containers are limited, unprivileged and read-only, and only the site is published, to this machine', () => {
    for (const [name, service] of Object.entries(services)) {
      const { limits } = service.deploy?.resources ?? {}
      expect([name, service.read_only, service.cap_drop, service.security_opt]).toEqual([
        name,
        true,
        ['ALL'],
        ['no-new-privileges:true'],
      ])
      expect([name, Boolean(limits?.cpus), Boolean(limits?.memory)]).toEqual([name, true, true])
      const published = service.ports?.map((port) => port.startsWith('127.0.0.1:')) ?? []
      expect([name, published]).toEqual([name, name === 'web' ? [true] : []])
      expect([name, service.image.includes('latest')]).toEqual([name, false])
      expect([name, service.healthcheck !== undefined || name === 'web']).toEqual([name, true])
    }
  })

  test('contains no password', () => {
    for (const { environment = {} } of Object.values(services)) {
      expect(Object.keys(environment).filter((name) => /PASSWORD|SECRET|TOKEN|_KEY$|REDIS_URL/.test(name))).toEqual([])
    }
    expect(file).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/)
  })
})

const gateway = versitygwFolder()

// The store of compose.yaml is built with Go, so this can't run without Go.
describe.skipIf(gateway === null || process.getuid?.() !== 0)(
  'the processes of compose.yaml, with their own commands and environment',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'compose-'))
    const [secrets, volumes, bin] = ['run', 'volumes', 'bin'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const running: ChildProcess[] = []
    let ports: { web: number; valkey: number; storage: number }

    /** Replaces a container's folders and host names with folders and ports of this machine. */
    function here(text: string): string {
      return text
        .replaceAll('/run/vision', secrets)
        .replaceAll('$$', '$')
        .replace('storage:7070', `127.0.0.1:${ports.storage}`)
        .replace(':7070', `127.0.0.1:${ports.storage}`)
        .replace(/(^|\s)\/data\b/g, `$1${volumes}/DATA`)
    }

    function start(name: string, extra: Record<string, string> = {}): ChildProcess {
      const { entrypoint = [], command = [], environment = {} } = services[name] as Service
      const [program = '', ...args] = [...entrypoint, ...command].map((part) =>
        here(part).replace(`${volumes}/DATA`, join(volumes, name === 'valkey' ? 'valkey' : 'storage')),
      )
      const env = Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [key, here(String(value).replace(/\$\{\w+:-(\w+)\}/, '$1'))]),
      )
      const child = spawn(program, args, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { PATH: `${bin}:${gateway}:${process.env.PATH}`, HOME: folder, NODE_ENV: 'production', ...env, ...extra },
      })
      running.push(child)
      return child
    }

    beforeAll(async () => {
      ports = { web: await freePort(), valkey: await freePort(), storage: await freePort() }
      for (const path of [secrets, bin, join(volumes, 'valkey'), join(volumes, 'storage')])
        mkdirSync(path, { recursive: true })
      symlinkSync(execFileSync('which', ['redis-server'], { encoding: 'utf8' }).trim(), join(bin, 'valkey-server'))
      const env = { ...process.env, SECRETS: secrets, VOLUMES: volumes, VALKEY: `127.0.0.1:${ports.valkey}` }
      execFileSync('sh', ['scripts/deploy/compose-secrets.sh'], { env })
      const made = readFileSync(join(secrets, 'app.env'), 'utf8')
      execFileSync('sh', ['scripts/deploy/compose-secrets.sh'], { env })
      expect(readFileSync(join(secrets, 'app.env'), 'utf8')).toBe(made)

      const valkey = services.valkey as Service
      valkey.command = [...(valkey.command ?? []), '--port', String(ports.valkey), '--bind', '127.0.0.1']
      start('valkey')
      start('storage')
      await vi.waitUntil(
        () =>
          fetch(`http://127.0.0.1:${ports.storage}/health`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 20_000 },
      )
      const [web, worker] = [
        start('web', { PORT: String(ports.web), DATA_DIR: join(folder, 'data') }),
        start('worker', { ENGINE_WORKERS: '1' }),
      ]
      for (const child of [web, worker]) {
        let output = ''
        child.stdout?.on('data', (data) => (output += data))
        await vi.waitUntil(() => /"msg":"(listening|ready for batch work)"/.test(output), { timeout: 30_000 })
      }
    }, 180_000)
    afterAll(async () => {
      for (const child of running.reverse()) {
        if (child.exitCode !== null) continue
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    })

    test('creates passwords that only their service can read', () => {
      const owner = (name: string) => {
        const { mode, uid } = statSync(join(secrets, name))
        return [name, uid, (mode & 0o777).toString(8)]
      }
      expect(['app.env', 'storage.env', 'valkey.conf', 'valkey-password'].map(owner)).toEqual([
        ['app.env', 1000, '600'],
        ['storage.env', 1000, '600'],
        ['valkey.conf', 999, '600'],
        ['valkey-password', 999, '600'],
      ])
    })

    test('classifies a photo, and runs a job through queue, worker and store', async () => {
      const url = `http://127.0.0.1:${ports.web}`
      expect((await answer(classify(url, espresso))).predictions[0]?.label).toBe('espresso')
      const { id } = await createJob(url, formOf(distinctPhotos(120)), '?model=fast')
      expect((await jobDone(url, id)).counts).toEqual({ total: 120, done: 120, ok: 120, failed: 0 })
      expect(await resultsOf(url, id)).toHaveLength(120)
      expect(statSync(join(volumes, 'storage/vision/jobs', id)).isDirectory()).toBe(true)
      const removed = await fetch(`${url}/api/jobs/${id}`, { method: 'DELETE' })
      expect(removed.ok).toBe(true)
    })
  },
)
