import { readFileSync } from 'node:fs'

/** Reads a small file of the kernel's; absent or unreadable is undefined. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/**
 * Memory that this process may use: the cgroup's limit (v2, then v1) where one is set, else the machine's.
 *
 * @param machine bytes of the whole machine
 * @param file reads a file of /sys/fs/cgroup
 */
export function memoryLimit(machine: number, file: typeof read = read): number {
  for (const path of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    const limit = Number(file(path))
    // v2 says "max" (not a number) and v1 a number near 2^63 where there is no limit.
    if (Number.isFinite(limit) && limit > 0) return Math.min(limit, machine)
  }
  return machine
}

/**
 * CPUs that the cgroup's quota allows, as a fraction: v2 `cpu.max` is "quota period" or "max period", v1 has the
 * quota in its own file, -1 for none.
 */
export function cpuQuota(file: typeof read = read): number | undefined {
  const [quota, period] = (file('/sys/fs/cgroup/cpu.max') ?? '').split(' ').map(Number)
  if (quota && period) return quota / period
  const quotaV1 = Number(file('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'))
  const periodV1 = Number(file('/sys/fs/cgroup/cpu/cpu.cfs_period_us'))
  return quotaV1 > 0 && periodV1 > 0 ? quotaV1 / periodV1 : undefined
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
