import { readdirSync, readFileSync } from 'node:fs'
import type { PeerSpec } from '../../bench/peers'

/**
 * A peer server that is hard to stop.
 *
 * @param dies whether it exits on the first photo
 */
export function peer(name: string, dies = false): PeerSpec {
  const env = dies ? { DIES: '1' } : {}
  return {
    name,
    command: process.execPath,
    args: ['tests/support/stubborn-server.mjs'],
    cwd: '.',
    env,
    path: '/classify',
  }
}

interface Row {
  pid: number
  parent: number
  state: string
}

function processes(): Row[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return [{ pid: Number(name), parent: Number(parent), state }]
    } catch {
      return [] // Ended in the meantime.
    }
  })
}

/** Process ids of all descendants of a process. */
export function below(pid: number, all = processes()): number[] {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child.pid, ...below(child.pid, all)])
}

/** Those that are still running. Zombies don't count. */
export function running(pids: readonly number[]): number[] {
  const alive = new Set(processes().flatMap(({ pid, state }) => (state === 'Z' ? [] : [pid])))
  return pids.filter((pid) => alive.has(pid))
}
