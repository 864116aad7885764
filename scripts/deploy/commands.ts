import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, resolve } from 'node:path'
import { toolScript } from '../steps.mjs'

/** Ends a deployment with its message, which is one line. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

const env = () => ({
  ...process.env,
  PATH: `${process.env.PATH}${delimiter}${resolve('node_modules/.bin')}`,
  SST_TELEMETRY_DISABLED: '1',
})

/** The result of a command. */
export interface CommandResult {
  /** Also false if the command doesn't exist. */
  ok: boolean
  /** Standard output and standard error. */
  out: string
  stdout: string
  missing: boolean
}

/** Runs a command and returns its output. */
export async function ask(
  name: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<CommandResult> {
  const child = spawn(...programOf(name, args), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env(), ...more } })
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

/** Runs a command with its output on this terminal. Returns whether it succeeded. */
export async function show(name: string, args: readonly string[], more: Record<string, string> = {}): Promise<boolean> {
  const child = spawn(...programOf(name, args), { stdio: 'inherit', env: { ...env(), ...more } })
  const [code] = (await once(child, 'close').catch(() => [1])) as [number | null]
  return code === 0
}

/** On Windows, SST's command is a batch file, which can't be spawned without a shell, so its script is run instead. */
function programOf(name: string, args: readonly string[]): [program: string, args: readonly string[]] {
  if (process.platform !== 'win32' || name !== 'sst') return [name, args]
  return [process.execPath, [toolScript('sst'), ...args]]
}

/** The first line that isn't empty. */
export function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  )
}
