import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Cgroup {
  folder: string
  /** Waits for the processes in it to be gone. */
  remove(): Promise<void>
}

/** A cgroup (v2, or else v1) with a memory limit; undefined if this user may not create one. */
export function memoryCgroup(bytes: number): Cgroup | undefined {
  const places = [
    { parent: '/sys/fs/cgroup', limit: 'memory.max' },
    { parent: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
  ]
  for (const { parent, limit } of places) {
    // On a v1 mount, a plain folder is in place of the v2 root.
    if (!existsSync(`${parent}/cgroup.procs`)) continue
    const folder = `${parent}/vision-test-${process.pid}`
    try {
      mkdirSync(folder)
      writeFileSync(`${folder}/${limit}`, String(bytes))
      return { folder, remove: () => removeEmpty(folder) }
    } catch {
      // Another version, or not permitted; removes a folder without such a limit.
      try {
        rmdirSync(folder)
      } catch {}
    }
  }
  return undefined
}

/** A process that was killed leaves its cgroup a moment later. */
async function removeEmpty(folder: string): Promise<void> {
  for (;;) {
    try {
      return rmdirSync(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
      await sleep(10)
    }
  }
}
