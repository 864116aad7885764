import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'

export interface Cgroup {
  folder: string
  remove(): void
}

/** A cgroup (v2, else v1) with so much memory; undefined where this user may make none. */
export function memoryCgroup(bytes: number): Cgroup | undefined {
  const places = [
    { parent: '/sys/fs/cgroup', limit: 'memory.max' },
    { parent: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
  ]
  for (const { parent, limit } of places) {
    // A mount of v1 has a plain folder where v2 would have its root.
    if (!existsSync(`${parent}/cgroup.procs`)) continue
    const folder = `${parent}/vision-test-${process.pid}`
    try {
      mkdirSync(folder)
      writeFileSync(`${folder}/${limit}`, String(bytes))
      return { folder, remove: () => rmdirSync(folder) }
    } catch {
      // Not this version, or not allowed; a folder that was made and has no such limit goes again.
      try {
        rmdirSync(folder)
      } catch {}
    }
  }
  return undefined
}
