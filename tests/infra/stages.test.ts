import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { costOf } from '@/infra/cost'
import { PRICES, type PriceName } from '@/infra/prices'
import { stageOf } from '@/infra/stages'
import { all, type Graph, type Invariant, type Mutation, one } from './graph'
import { BALANCER } from './invariants/balancer'
import { CONTAINERS } from './invariants/containers'
import { NETWORK } from './invariants/network'
import { RIGHTS } from './invariants/rights'
import { STORAGE } from './invariants/storage'
import { TASKS } from './invariants/tasks'
import { WATCHING } from './invariants/watching'

const INVARIANTS: readonly Invariant[] = [
  ...NETWORK,
  ...BALANCER,
  ...CONTAINERS,
  ...TASKS,
  ...RIGHTS,
  ...STORAGE,
  ...WATCHING,
]
const AT_ONCE = 2
const DOMAIN = { DOMAIN: 'vision.example.com' }
/** Every line of the table, a preview, and production with a domain in two regions. */
const STAGES: [title: string, stage: string, settings: Record<string, string>][] = [
  ['dev', 'dev', {}],
  ['staging', 'staging', {}],
  ['prod', 'prod', {}],
  ['a preview', 'pr-12', {}],
  ['prod with a domain', 'prod', DOMAIN],
  ['a second region', 'prod-eu-west-1', DOMAIN],
]

async function build(stage: string, settings: Record<string, string>, mode = 'deploy'): Promise<Graph> {
  const folder = mkdtempSync(join(tmpdir(), 'graph-'))
  const file = join(folder, 'graph.json')
  const { AWS_REGION: _, ...environment } = process.env
  const child = spawn('node_modules/.bin/tsx', ['tests/infra/build-graph.ts', stage, file, mode], {
    env: { ...environment, ...settings },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${stage} cannot be built:\n${output}`)
  const graph = JSON.parse(readFileSync(file, 'utf8')) as Graph
  rmSync(folder, { recursive: true })
  return graph
}

/** Whether an invariant finds anything. Something that it needs and does not find breaks it too. */
function broken({ check }: Invariant, graph: Graph): string[] {
  try {
    return check(graph)
  } catch (error) {
    return [(error as Error).message]
  }
}

/** A changed copy. Null where the stage has nothing that could be changed so, or not any more: then the invariant itself says it. */
function mutated(graph: Graph, mutate: Mutation): Graph | null {
  const mutant = structuredClone(graph)
  try {
    return mutate(mutant) === false ? null : mutant
  } catch {
    return null
  }
}

const graphs: Graph[] = []
// Each is a process of some hundreds of MB.
for (let i = 0; i < STAGES.length; i += AT_ONCE) {
  graphs.push(...(await Promise.all(STAGES.slice(i, i + AT_ONCE).map(([, stage, settings]) => build(stage, settings)))))
}

describe.each(STAGES.map(([title], i) => [title, graphs[i] as Graph] as const))('%s', (_title, graph) => {
  test.each(INVARIANTS.map((each) => [each.name, each] as const))('%s', (_name, invariant) => {
    expect(broken(invariant, graph)).toEqual([])
  })

  const mutants = INVARIANTS.flatMap((invariant) =>
    Object.entries(invariant.mutations).flatMap(([name, mutate]) => {
      const mutant = mutated(graph, mutate)
      return mutant === null ? [] : [[`${invariant.name}: ${name}`, invariant, mutant] as const]
    }),
  )
  test.each(mutants)('broken: %s', (_name, invariant, mutant) => {
    expect(broken(invariant, mutant)).not.toEqual([])
  })
})

test('no invariant without a mutation, none that the same name has twice, none that concerns no stage', () => {
  expect(new Set(INVARIANTS.map(({ name }) => name)).size).toBe(INVARIANTS.length)
  for (const { name, mutations } of INVARIANTS) {
    expect([name, Object.keys(mutations).length > 0]).toEqual([name, true])
    for (const [change, mutate] of Object.entries(mutations)) {
      const concerned = graphs.filter((graph) => mutated(graph, mutate) !== null)
      expect([name, change, concerned.length > 0]).toEqual([name, change, true])
    }
  }
})

test('the table is followed: names, and production in a second region', () => {
  const [, , prod, preview, , second] = graphs as [Graph, Graph, Graph, Graph, Graph, Graph]
  expect(second.app.providers.aws.region).toBe('eu-west-1')
  expect(prod.app.providers.aws.region).toBe('us-west-2')
  expect([preview.app.removal, preview.app.protect]).toEqual(['remove', false])
  expect(second.outputs.url).toBe('https://vision.example.com')
  expect(prod.outputs.url).toMatch(/^http:\/\//)
  expect(prod.outputs.models).toMatch(/^s3:\/\/[a-z0-9-]+\/models\/$/)
})

test('the estimate counts what is there, and the stages cost what they were to cost', () => {
  for (const graph of graphs.slice(0, 3)) {
    const lines = costOf(stageOf(graph.stage))
    const count = (price: PriceName) =>
      Math.round(
        lines.filter((line) => line.price === price).reduce((sum, { dollars }) => sum + dollars, 0) /
          PRICES[price].dollars,
      )
    const addresses = all(graph, /eip:Eip$/).length + one(graph, 'WebLoadBalancer').inputs.subnets.length
    const zones = stageOf(graph.stage).zones
    const interfaces = all(graph, /vpcEndpoint:VpcEndpoint$/).filter(
      (each) => each.inputs.vpcEndpointType === 'Interface',
    )
    expect(count('alarm')).toBe(all(graph, /metricAlarm:MetricAlarm$/).length)
    expect(count('address')).toBe(730 * addresses)
    expect(count('endpoint')).toBe(730 * zones * interfaces.length)
    expect(count('natGateway')).toBe(730 * all(graph, /natGateway:NatGateway$/).length)
    expect(count('dashboard')).toBe(all(graph, /dashboard:Dashboard$/).length)
    expect(count('secret')).toBe(all(graph, 'aws:secretsmanager/secret:Secret').length)
  }
  const total = (stage: string) => costOf(stageOf(stage)).reduce((sum, { dollars }) => sum + dollars, 0)
  expect(total('dev')).toBeLessThanOrEqual(50)
  expect(total('prod')).toBeLessThanOrEqual(300)
})

test('`sst dev` runs the app on this machine with the names of what it made, and no task in AWS', async () => {
  const graph = await build('dev', {}, 'dev')
  expect(all(graph, /ecs\/(service|taskDefinition):|lb\/loadBalancer:|metricAlarm:/)).toEqual([])
  expect(one(graph, 'WebDev').type).toBe('sst:sst:DevCommand')
  expect(graph.outputs.models).toBe(`s3://${one(graph, 'ModelsBucket').inputs.bucket}/models/`)
  expect(graph.outputs.url).toBe('http://localhost:3000')
}, 60_000)

test('docs/deploy-aws.md lists what must hold', () => {
  const listed = [...readFileSync('docs/deploy-aws.md', 'utf8').matchAll(/^- (.+)\.$/gm)].map(([, name]) => name)
  for (const { name } of INVARIANTS) expect(listed).toContain(name)
})
