import { readdirSync, readFileSync } from 'node:fs'

/** Ticks per second in /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS = 100

interface Process {
  pid: number
  parent: number
  seconds: number
}

/**
 * CPU seconds of a process and its descendants, except for one; or of the process alone (Linux only; NaN elsewhere).
 */
export function cpuSeconds(pid: number, without?: number | { alone: true }): number {
  try {
    const all = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(read)
    const counted = typeof without === 'object' ? all.filter((one) => one.pid === pid) : below(all, pid)
    return counted.reduce((sum, one) => (one.pid === without ? sum : sum + one.seconds), 0)
  } catch {
    return Number.NaN
  }
}

function below(all: readonly Process[], pid: number): Process[] {
  const own = all.filter((one) => one.pid === pid)
  return [...own, ...all.filter(({ parent }) => parent === pid).flatMap((child) => below(all, child.pid))]
}

function read(name: string): Process[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    // After "(name) ": state, parent, …; user and system ticks are the 12th and 13th of these.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS
    return [{ pid: Number(name), parent: Number(fields[1]), seconds }]
  } catch {
    return [] // The process ended meanwhile.
  }
}
