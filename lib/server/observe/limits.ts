import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Reads a small file of the kernel's; absent or unreadable is undefined. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

type Read = typeof read

/**
 * Folders of the cgroups that bound this process by this controller: its own and all above it. In a container the
 * mount's root is its own; under systemd it lies deeper.
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
 * Memory that this process may use: the tightest limit of its cgroups (v2 and v1) where one is set, else the machine's.
 *
 * @param machine bytes of the whole machine
 * @param file reads a file of /sys/fs/cgroup or /proc
 */
export function memoryLimit(machine: number, file: Read = read): number {
  const { v2, v1 } = cgroups('memory', file)
  const files = [...v2.map((at) => `${at}/memory.max`), ...v1.map((at) => `${at}/memory.limit_in_bytes`)]
  // v2 says "max" (not a number) and v1 a number near 2^63 where there is no limit.
  const limits = files.map((path) => Number(file(path))).filter((limit) => Number.isFinite(limit) && limit > 0)
  return Math.min(machine, ...limits)
}

/**
 * CPUs that the tightest quota of the cgroups allows, as a fraction: v2 `cpu.max` is "quota period" or "max period", v1 has
 * the quota in its own file, -1 for none.
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
 * CPUs that ECS gives the task. On Fargate the quota stands on the task's cgroup, which the container does not
 * see, so the task's metadata is asked.
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

/** How many workers to run: one a whole CPU of the tightest limit, at least one. */
export function workerCount(limits: { cores: number; quota: number | undefined; ecs: number | undefined }): number {
  return Math.max(1, Math.floor(Math.min(limits.cores, limits.quota ?? Infinity, limits.ecs ?? Infinity)))
}
