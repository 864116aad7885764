import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const KEEPER = fileURLToPath(new URL('keeper.mjs', import.meta.url))

/**
 * Runs a command that ends together with this process, however that ends, including all processes that it has started.
 * End it with `stdin.end()`.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {import('node:child_process').ChildProcess} its keeper, which exits with the command's code after all
 * processes
 */
export function keep(command, args, { cwd, env, output = 'inherit' } = {}) {
  const stdio = ['pipe', output === 'inherit' ? 'inherit' : 'ignore', 'inherit']
  return spawn(process.execPath, [KEEPER, command, ...args], { cwd, env, stdio, detached: true })
}
