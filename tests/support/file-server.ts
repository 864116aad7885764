import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from './ports'

/** How long Python may take to start. */
const START_MS = 20_000

/** Serves a folder as plain hosts do: no header but the type, and a slash after the names of folders. */
export async function serveFolder(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort()
  const args = ['-u', '-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', folder]
  const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  // It says where it listens.
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(START_MS) })
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}
