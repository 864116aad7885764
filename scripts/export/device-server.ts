import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** Options that would make the pages ask for something that no host of files has. Empty is unset. */
const UNSET = ['API_KEYS', 'API_URL', 'BASIC_AUTH', 'BUCKET', 'GRPC_PORT', 'METRICS_PORT', 'PUBLIC_API', 'REDIS_URL']

/** A server whose responses are written to files. */
export interface DeviceServer {
  /** With the base path. */
  url: string
  stop(): Promise<void>
}

/**
 * Starts a server that runs no models, from a build. What it warns of is printed.
 *
 * @param root the folder with the build
 * @throws Error if it doesn't start
 */
export async function startDeviceServer(root: string, base: string): Promise<DeviceServer> {
  const data = mkdtempSync(join(tmpdir(), 'vision-export-'))
  const child = spawn(process.execPath, [resolve(root, 'dist', 'server.js')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...Object.fromEntries(UNSET.map((name) => [name, ''])),
      NODE_ENV: 'production',
      INFERENCE: 'browser',
      PAGES: 'true',
      HOST: '127.0.0.1',
      PORT: '0',
      BASE_PATH: base,
      DATA_DIR: data,
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      RATE_LIMIT: '0',
      ...absoluteModels(),
    },
  })
  createInterface({ input: child.stdout as Readable }).on('line', printWarning)
  try {
    const url = await listening(child)
    return { url: url.replace('localhost', '127.0.0.1'), stop: () => stop(child, data) }
  } catch (error) {
    await stop(child, data)
    throw error
  }
}

/** A path is relative to the project, not to a build elsewhere. */
function absoluteModels(): { MODELS_DIR?: string } {
  const { MODELS_DIR } = process.env
  return MODELS_DIR && !MODELS_DIR.startsWith('s3://') ? { MODELS_DIR: resolve(MODELS_DIR) } : {}
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    child.on('message', ({ kind, url }: { kind: string; url: string }) => kind === 'listening' && done(url))
    child.once('error', failed)
    let output = ''
    // Next.js has hints for developers there. What matters is why the server doesn't start.
    child.stderr?.on('data', (data) => {
      output += data
    })
    child.once('exit', (code) => failed(new Error(`the server stopped with ${code}: ${output.trim()}`)))
  })
}

async function stop(child: ChildProcess, data: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill()
    await once(child, 'exit')
  }
  rmSync(data, { recursive: true, force: true })
}

function printWarning(line: string): void {
  try {
    const { msg, model, reason } = JSON.parse(line) as { msg: string; model?: string; reason?: string }
    console.error([msg, ...(model ? [model] : []), ...(reason ? [reason] : [])].join(': '))
  } catch {
    console.error(line)
  }
}
