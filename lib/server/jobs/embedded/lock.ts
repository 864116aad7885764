import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Takes a folder for this process, so that no two run the same jobs. A process that was killed leaves its mark behind, which counts for nothing once that
 * very process is gone.
 *
 * @returns gives the folder back
 * @throws Error naming the process that has it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock')
  const mine = identity(process.pid)
  try {
    writeFileSync(path, mine, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const [pid = ''] = readFileSync(path, 'utf8').split(' ')
    const held = readFileSync(path, 'utf8')
    if (held !== mine && held === identity(Number(pid))) throw new Error(`process ${pid} has it`)
    writeFileSync(path, mine)
  }
  return () => rmSync(path, { force: true })
}

/** A process by its number and when it was started: numbers are used again, in containers at once. */
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // After the name, which may hold spaces and brackets, the 20th field is the start time.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return alive(pid) ? `${pid} ?` : `${pid} gone`
  }
}

/** Where there is no /proc. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
