import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, resolve } from 'node:path'

/** Ends a deployment with one line. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

const env = () => ({
  ...process.env,
  PATH: `${process.env.PATH}${delimiter}${resolve('node_modules/.bin')}`,
  SST_TELEMETRY_DISABLED: '1',
})

/** What a command said. */
export interface Answer {
  /** False too where there is no such command. */
  ok: boolean
  /** All that it printed. */
  out: string
  /** Without what it complained of. */
  stdout: string
  missing: boolean
}

/** Runs a command to its end. */
export async function ask(name: string, args: readonly string[], more: Record<string, string> = {}): Promise<Answer> {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env(), ...more } })
  let [out, stdout] = ['', '']
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (out += data))
  child.stdout.on('data', (data) => (stdout += data))
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { ok: code === 0, out: out.trim(), stdout: stdout.trim(), missing: false }
  } catch {
    return { ok: false, out: '', stdout: '', missing: true }
  }
}

/** Runs a command on this terminal. Whether it succeeded. */
export async function show(name: string, args: readonly string[], more: Record<string, string> = {}): Promise<boolean> {
  const child = spawn(name, args, { stdio: 'inherit', env: { ...env(), ...more } })
  const [code] = (await once(child, 'close').catch(() => [1])) as [number | null]
  return code === 0
}

/** The first line that says something. */
export function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  )
}
