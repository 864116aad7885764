import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

export interface Ran {
  code: number | null
  out: string
  err: string
}

/** Runs the built `vision` command. */
export async function vision(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const run = startVision(args, env)
  const [code] = await run.closed
  return { code, ...run.said() }
}

/**
 * Starts the command, here or in another folder. `said` returns its output so far; `closed` keeps its code and signal,
 * even if it ended before anybody asked.
 */
export function startVision(args: readonly string[], env: Record<string, string> = {}, cwd = '.') {
  const child = spawn(process.execPath, [resolve('dist/vision.js'), ...args], {
    cwd,
    env: { ...process.env, npm_command: 'exec', ...env },
  })
  const closed = once(child, 'close') as Promise<[code: number | null, signal: NodeJS.Signals | null]>
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (err += data))
  return { child, closed, said: () => ({ out, err }) }
}
