import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Reads a small kernel file; undefined if it is missing or unreadable. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

type Read = typeof read

/**
 * Folders of the cgroups that limit this process with this controller: its own and all its ancestors. In a container,
 * the mount root is its own; under systemd, it is deeper.
 */
function cgroups(controller: string, file: Read): { v2: string[]; v1: string[] } {
  const lines = (file('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'))
  const pathOf = (matches: (controllers: string) => boolean) => lines.find(([, name = '']) => matches(name))?.[2] ?? '/'
  const above = (path: string): string[] => (path === '/' ? [''] : [path, ...above(dirname(path))])
  return {
    v2: above(pathOf((name) => name === '')).map((path) => `/sys/fs/cgroup${path}`),
    v1: above(pathOf((name) => name.split(',').includes(controller))).map(
      (path) => `/sys/fs/cgroup/${controller}${path}`,
    ),
  }
}

/**
 * Memory limit of this process: the tightest cgroup limit (v2 and v1), or else the machine's memory.
 *
 * @param machine bytes of the whole machine
 * @param file reads a file of /sys/fs/cgroup or /proc
 */
export function memoryLimit(machine: number, file: Read = read): number {
  const { v2, v1 } = cgroups('memory', file)
  const files = [...v2.map((at) => `${at}/memory.max`), ...v1.map((at) => `${at}/memory.limit_in_bytes`)]
  // Without a limit, v2 has "max" (not a number), and v1 a number close to 2^63.
  const limits = files.map((path) => Number(file(path))).filter((limit) => Number.isFinite(limit) && limit > 0)
  return Math.min(machine, ...limits)
}

/**
 * CPUs allowed by the tightest cgroup quota, as a fraction. v2 `cpu.max` is "quota period" or "max period"; v1 has the
 * quota in a separate file, -1 for none.
 */
export function cpuQuota(file: Read = read): number | undefined {
  const { v2, v1 } = cgroups('cpu', file)
  const quotas = [
    ...v2.map((at) => (file(`${at}/cpu.max`) ?? '').split(' ').map(Number)),
    ...v1.map((at) => [Number(file(`${at}/cpu.cfs_quota_us`)), Number(file(`${at}/cpu.cfs_period_us`))]),
  ].map(([quota = Number.NaN, period = Number.NaN]) => (quota > 0 && period > 0 ? quota / period : Infinity))
  const tightest = Math.min(...quotas)
  return Number.isFinite(tightest) ? tightest : undefined
}

/**
 * CPUs of the ECS task. On Fargate, the quota is on the task's cgroup, which the container can't see, so this queries
 * the task metadata.
 */
export async function ecsCpus(uri: string | undefined): Promise<number | undefined> {
  if (!uri) return undefined
  try {
    const reply = await fetch(`${uri}/task`, { signal: AbortSignal.timeout(1000) })
    const task = (await reply.json()) as { Limits?: { CPU?: number } }
    return typeof task.Limits?.CPU === 'number' && task.Limits.CPU > 0 ? task.Limits.CPU : undefined
  } catch {
    return undefined
  }
}

/** Number of workers: one per whole CPU of the tightest limit, at least one. */
export function workerCount(limits: { cores: number; quota: number | undefined; ecs: number | undefined }): number {
  return Math.max(1, Math.floor(Math.min(limits.cores, limits.quota ?? Infinity, limits.ecs ?? Infinity)))
}
