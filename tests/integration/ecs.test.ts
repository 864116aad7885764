import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createJob, jobDone } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { type Machines, startMachines, startWorker } from '../support/services'

const PHOTOS = 8

/** The requests that the ECS agent received. */
const protectionRequests: boolean[] = []
const agent = createServer(async (request, reply) => {
  expect([request.method, request.url]).toEqual(['PUT', '/api/task-protection/v1/state'])
  protectionRequests.push((JSON.parse(await text(request)) as { ProtectionEnabled: boolean }).ProtectionEnabled)
  reply.end('{}')
})

let machines: Machines
let env: Record<string, string>
beforeAll(async () => {
  agent.listen(0, '127.0.0.1')
  await once(agent, 'listening')
  const ecs = { METRICS: 'emf', ENVIRONMENT: 'staging', ENGINE_WORKERS: '1' }
  machines = await startMachines({ web: 2, workers: 0, env: ecs })
  env = { ...machines.env, ECS_AGENT_URI: `http://127.0.0.1:${(agent.address() as AddressInfo).port}/api` }
})
afterAll(async () => {
  await machines?.stop()
  agent.close()
})

/** The last metrics that a process wrote for CloudWatch. */
function lastMetrics(output: string): Record<string, unknown> {
  const lines = output.split('\n').filter((line) => line.startsWith('{"_aws"'))
  return JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>
}

test('web tasks export the backlog that scales the workers; a working batch worker is protected from scale-in', async () => {
  const [first, second] = machines.web
  const { id } = await createJob(first!.url, formOf(distinctPhotos(PHOTOS)), '?model=fast')
  expect(await first!.stop()).toBe(0)
  expect(lastMetrics(first!.output())).toMatchObject({ Service: 'web', Environment: 'staging', BacklogPhotos: PHOTOS })
  expect(lastMetrics(first!.output()).BacklogWait).toBeGreaterThan(0)

  const worker = await startWorker(env)
  expect((await jobDone(second!.url, id)).counts).toMatchObject({ ok: PHOTOS, failed: 0 })
  expect(protectionRequests).toEqual([true])
  expect(await worker.stop()).toBe(0)
  expect(protectionRequests).toEqual([true, false])
  expect(lastMetrics(worker.output())).toMatchObject({ Service: 'worker', Photos: PHOTOS, WorkersReady: 1 })
  expect(await second!.stop()).toBe(0)
  expect(lastMetrics(second!.output())).toMatchObject({ BacklogPhotos: 0, BacklogWait: 0 })
})
