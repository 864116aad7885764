import { readdirSync, readFileSync } from 'node:fs'

/** Ticks a second of /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS = 100

/** CPU seconds of a process and its children so far (Linux only; NaN elsewhere). */
export function cpuSeconds(pid: number): number {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .reduce((sum, name) => sum + secondsOf(name, pid), 0)
  } catch {
    return Number.NaN
  }
}

function secondsOf(name: string, wanted: number): number {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    // After "(name) ": state, parent, …; user and system ticks are the 12th and 13th of these.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(name) !== wanted && Number(fields[1]) !== wanted) return 0
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  } catch {
    return 0 // It ended while we looked.
  }
}
