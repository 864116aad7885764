import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { cpuQuota, ecsCpus, memoryLimit, workerCount } from './resource-limits'

const files = (content: Record<string, string>) => (path: string) => content[path]
const V2 = '/sys/fs/cgroup/cpu.max'
const V1 = { quota: '/sys/fs/cgroup/cpu/cpu.cfs_quota_us', period: '/sys/fs/cgroup/cpu/cpu.cfs_period_us' }

test('reads the CPU quota from cgroup v2 or v1, or finds none', () => {
  expect(cpuQuota(files({ [V2]: '150000 100000' }))).toBe(1.5)
  expect(cpuQuota(files({ [V2]: 'max 100000' }))).toBeUndefined()
  expect(cpuQuota(files({ [V1.quota]: '400000', [V1.period]: '100000' }))).toBe(4)
  expect(cpuQuota(files({ [V1.quota]: '-1', [V1.period]: '100000' }))).toBeUndefined()
  expect(cpuQuota(files({}))).toBeUndefined()
})

test('reads the memory limit from cgroup v2 or v1, or finds none', () => {
  const machine = 16e9
  expect(memoryLimit(machine, files({ '/sys/fs/cgroup/memory.max': '1073741824' }))).toBe(1073741824)
  expect(memoryLimit(machine, files({ '/sys/fs/cgroup/memory.max': 'max' }))).toBe(machine)
  expect(memoryLimit(machine, files({ '/sys/fs/cgroup/memory/memory.limit_in_bytes': '512000000' }))).toBe(512e6)
  expect(memoryLimit(machine, files({ '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712' }))).toBe(
    machine,
  )
  expect(memoryLimit(machine, files({}))).toBe(machine)
})

test('uses the tightest limit of all parent cgroups, as under systemd', () => {
  const v2 = { '/proc/self/cgroup': '0::/system.slice/vision.service' }
  const service = '/sys/fs/cgroup/system.slice/vision.service'
  expect(memoryLimit(16e9, files({ ...v2, [`${service}/memory.max`]: '2000000000' }))).toBe(2e9)
  const slice = { '/sys/fs/cgroup/system.slice/memory.max': '1000000000' }
  expect(memoryLimit(16e9, files({ ...v2, ...slice, [`${service}/memory.max`]: '2000000000' }))).toBe(1e9)
  expect(cpuQuota(files({ ...v2, [`${service}/cpu.max`]: '50000 100000', [V2]: '200000 100000' }))).toBe(0.5)
  const v1 = { '/proc/self/cgroup': '4:memory:/jobs/7\n1:cpu,cpuacct:/jobs/7\n0::/' }
  const memory = '/sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes'
  expect(memoryLimit(16e9, files({ ...v1, [memory]: '3000000000' }))).toBe(3e9)
})

test.each([
  [{ cores: 8, quota: undefined, ecs: undefined }, 8],
  [{ cores: 8, quota: 2.5, ecs: undefined }, 2],
  [{ cores: 8, quota: 0.5, ecs: undefined }, 1],
  [{ cores: 8, quota: undefined, ecs: 0.25 }, 1],
  [{ cores: 8, quota: 6, ecs: 4 }, 4],
  [{ cores: 2, quota: 6, ecs: 4 }, 2],
])('%o gives %i workers', (limits, count) => {
  expect(workerCount(limits)).toBe(count)
})

test("reads the ECS task's limit, and nothing without a task or response", async () => {
  let body = '{"Limits":{"CPU":2,"Memory":4096}}'
  const server = createServer((request, reply) => reply.end(request.url === '/v4/abc/task' ? body : '{}')).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/abc`
  expect(await ecsCpus(uri)).toBe(2)
  body = '{"Limits":{}}'
  expect(await ecsCpus(uri)).toBeUndefined()
  body = 'not JSON'
  expect(await ecsCpus(uri)).toBeUndefined()
  server.close()
  expect(await ecsCpus(uri)).toBeUndefined()
  expect(await ecsCpus(undefined)).toBeUndefined()
})
