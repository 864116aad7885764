import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { costOf } from '@/infra/cost'
import { PRICES, type PriceName } from '@/infra/prices'
import { stageOf } from '@/infra/stages'
import { OPTIONS } from '@/lib/server/config/options'
import { all, type Graph, type Invariant, type Mutation, one } from './graph'
import { CONTAINERS } from './invariants/containers'
import { LOAD_BALANCER } from './invariants/load-balancer'
import { MONITORING } from './invariants/monitoring'
import { NETWORK } from './invariants/network'
import { ORDER } from './invariants/order'
import { PERMISSIONS } from './invariants/permissions'
import { STORAGE } from './invariants/storage'
import { TASKS } from './invariants/tasks'
import { MISTAKES } from './mistakes'
import { VALIDITY } from './validity'

const INVARIANTS: readonly Invariant[] = [
  ...NETWORK,
  ...LOAD_BALANCER,
  ...CONTAINERS,
  ...TASKS,
  ...PERMISSIONS,
  ...STORAGE,
  ...MONITORING,
  ...ORDER,
  ...VALIDITY,
]
const AT_ONCE = 2
/** The stored parameters of a stage. */
type StoredSettings = Record<string, Record<string, string>>
const DOMAIN: StoredSettings = {
  'us-west-2': {
    '/vision-classifier/prod/settings/DOMAIN': 'vision.example.com',
    '/vision-classifier/prod/settings/ALARM_EMAIL': 'operators@example.com',
    '/vision-classifier/prod/settings/DEFAULT_MODEL_TYPE': 'fast',
    '/vision-classifier/prod/settings/WORKER_TIMEOUT_MS': '10000',
    '/vision-classifier/prod/ADMIN_TOKEN': 'token',
    '/vision-classifier/prod/BASIC_AUTH': 'anna:hash',
    '/vision-classifier/prod/REDIS_URL': 'rediss://cache',
  },
  'eu-west-1': { '/vision-classifier/prod-eu-west-1/ADMIN_TOKEN': 'token' },
}
/** Every stage in the table, a preview, and production with a domain in two regions. */
const STAGES: [title: string, stage: string, stored: StoredSettings][] = [
  ['dev', 'dev', {}],
  ['staging', 'staging', {}],
  ['prod', 'prod', {}],
  ['a preview', 'pr-12', {}],
  ['prod with a domain', 'prod', DOMAIN],
  ['a second region', 'prod-eu-west-1', DOMAIN],
]

async function build(
  stage: string,
  stored: StoredSettings,
  mode = 'deploy',
  shell: Record<string, string> = {},
): Promise<Graph> {
  const folder = mkdtempSync(join(tmpdir(), 'graph-'))
  const file = join(folder, 'graph.json')
  const { AWS_REGION: _, ...environment } = process.env
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'tests/infra/build-graph.ts', stage, file, mode, JSON.stringify(stored)],
    {
      env: { ...environment, ...shell },
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${stage} cannot be built:\n${output}`)
  const graph = JSON.parse(readFileSync(file, 'utf8')) as Graph
  rmSync(folder, { recursive: true })
  return graph
}

/** Whether an invariant reports a violation. A missing resource that it needs is one, too. */
function broken({ check }: Invariant, graph: Graph): string[] {
  try {
    return check(graph)
  } catch (error) {
    return [(error as Error).message]
  }
}

/**
 * A copy with a mistake. Null if the stage has nothing to change, or no longer: then the invariant itself reports it.
 */
function mutated(graph: Graph, mutate: Mutation): Graph | null {
  const mutant = structuredClone(graph)
  try {
    return mutate(mutant) === false ? null : mutant
  } catch {
    return null
  }
}

const graphs: Graph[] = []
// Each build is a process that uses several hundred MB.
for (let i = 0; i < STAGES.length; i += AT_ONCE) {
  graphs.push(...(await Promise.all(STAGES.slice(i, i + AT_ONCE).map(([, stage, stored]) => build(stage, stored)))))
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
  test.each(mutants)('catches the mistake: %s', (_name, invariant, mutant) => {
    expect(broken(invariant, mutant)).not.toEqual([])
  })
})

test('every invariant has mistakes with unique names, and each applies to some stage', () => {
  expect(new Set(INVARIANTS.map(({ name }) => name)).size).toBe(INVARIANTS.length)
  for (const { name, mutations } of INVARIANTS) {
    expect([name, Object.keys(mutations).length > 0]).toEqual([name, true])
    for (const [change, mutate] of Object.entries(mutations)) {
      const concerned = graphs.filter((graph) => mutated(graph, mutate) !== null)
      expect([name, change, concerned.length > 0]).toEqual([name, change, true])
    }
  }
})

describe('deliberate mistakes', () => {
  test.each(MISTAKES.map((each) => [each.mistake, each] as const))('%s', (_mistake, { check, mutate }) => {
    const invariant = INVARIANTS.find(({ name }) => name === check)
    if (!invariant) throw new Error(`There is no check “${check}”`)
    const mutants = graphs.map((graph) => mutated(graph, mutate)).filter((mutant) => mutant !== null)
    expect(mutants.length).toBeGreaterThan(0)
    for (const mutant of mutants) expect(broken(invariant, mutant)).not.toEqual([])
  })
})

test('stages follow the table: names, and production in a second region', () => {
  const [, , prod, preview, , second] = graphs as [Graph, Graph, Graph, Graph, Graph, Graph]
  expect(second.app.providers.aws.region).toBe('eu-west-1')
  expect(prod.app.providers.aws.region).toBe('us-west-2')
  expect([preview.app.removal, preview.app.protect]).toEqual(['remove', false])
  expect(second.outputs.url).toBe('https://vision.example.com')
  // The deployment is verified with it, because the domain leads to the nearest region.
  expect(second.outputs.balancer).toBe('WebLoadBalancer.elb.amazonaws.com')
  expect(prod.outputs.url).toMatch(/^http:\/\//)
  expect(prod.outputs.models).toMatch(/^s3:\/\/[a-z0-9-]+\/models\/$/)
})

/** Options and settings that a shell may have for other purposes, with values that differ from the stage's. */
const OTHER_SHELL = Object.fromEntries(
  [...Object.keys(OPTIONS), 'AWS_DEFAULT_REGION', 'SST_STAGE', 'CDK_DEFAULT_REGION', 'HOME', 'USER', 'NODE_ENV']
    .filter((name) => !['AWS_REGION', 'PROJECT_NAME'].includes(name))
    .map((name) => [name, 'eu-north-1']),
)

test('deployments of a stage are the same from any shell', async () => {
  const [, , , , prod, second] = graphs as [Graph, Graph, Graph, Graph, Graph, Graph]
  const agreeing = {
    DOMAIN: 'vision.example.com',
    ALARM_EMAIL: 'operators@example.com',
    PROJECT_NAME: 'vision-classifier',
  }
  const built = await Promise.all([
    build('prod', DOMAIN, 'deploy', OTHER_SHELL),
    build('prod', DOMAIN, 'deploy', { ...agreeing, AWS_REGION: 'us-west-2' }),
    build('prod-eu-west-1', DOMAIN, 'deploy', { AWS_REGION: 'eu-west-1' }),
  ])
  expect([prod, prod, second].map((graph, i) => between(graph, built[i] as Graph))).toEqual([[], [], []])
}, 300_000)

test.each<[shell: Record<string, string>, line: RegExp]>([
  // The first is refused by sst.config.ts before anything is read, the second when the stage is created.
  [{ AWS_REGION: 'eu-west-1' }, /AWS_REGION=eu-west-1 is set in this shell, but prod is in us-west-2. Unset it/],
  [{ DOMAIN: 'other.example.com' }, /DOMAIN=other.example.com is set in this shell, but prod has vision.example.com/],
])(
  'refuses a shell that contradicts the stage: %j',
  async (shell, line) => {
    await expect(build('prod', DOMAIN, 'deploy', shell)).rejects.toThrow(line)
  },
  60_000,
)

/** Differences between two graphs. The order of resources varies, and SST generates one name at random. */
function between(a: Graph, b: Graph): string[] {
  const lines = ({ resources, ...rest }: Graph) =>
    [rest, ...resources].map((part) => JSON.stringify(part).replaceAll(/-[a-z]{8}\b/g, ''))
  const [first, second] = [lines(a), lines(b)]
  return [...first.filter((line) => !second.includes(line)), ...second.filter((line) => !first.includes(line))]
}

test('only infra/settings.ts reads the shell', () => {
  const readers = readdirSync('infra', { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') && /process\s*\.\s*env|from 'node:process'/.test(readFileSync(join('infra', file), 'utf8')),
  )
  expect(readers).toEqual(['settings.ts'])
  expect(readFileSync('sst.config.ts', 'utf8')).not.toMatch(/process/)
})

test('the cost estimate counts what exists, and stages are within their targets', () => {
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

test('lists costs that are not included below each total, with prices, and only those that apply to the stage', () => {
  const out = execFileSync('node_modules/.bin/tsx', ['scripts/infra/cost.ts'], { encoding: 'utf8' })
  const parts = out.split(/\n(?=dev|staging|prod)/).slice(1)
  expect(parts.map((part) => part.slice(0, part.indexOf(':')))).toEqual(['dev', 'staging', 'prod'])
  for (const part of parts) {
    expect(part).toMatch(/buckets \(0%\)\n +Not included:\n +data leaving AWS: .* \(\$0\.09 per GB leaving AWS/)
    const [name = ''] = part.split(':')
    const { nat, endpoints, cache } = stageOf(name)
    expect(part.includes('through the NAT gateways')).toBe(nat === 'gateway')
    expect(part.includes('through the interface endpoints')).toBe(endpoints.length > 0)
    expect(part.includes('cache backups')).toBe((cache?.replicas ?? 0) > 0)
    for (const always of ['between zones', 'S3', 'registry', 'hosted zone', 'taxes']) expect(part).toContain(always)
  }
}, 60_000)

test('`sst dev` runs the app on this machine with the names of its resources, and no tasks in AWS', async () => {
  const graph = await build('dev', {}, 'dev')
  expect(all(graph, /ecs\/(service|taskDefinition):|lb\/loadBalancer:|metricAlarm:/)).toEqual([])
  expect(one(graph, 'WebDev').type).toBe('sst:sst:DevCommand')
  expect(graph.outputs.models).toBe(`s3://${one(graph, 'ModelsBucket').inputs.bucket}/models/`)
  expect(graph.outputs.url).toBe('http://localhost:3000')
}, 120_000)

test('creates a plan for a stage whose certificate does not exist yet', async () => {
  const plan = await build('prod', DOMAIN, 'plan')
  expect(one(plan, 'WebService').after).toContain('Private1Association')
  // AWS hasn't assigned an ARN yet, so no listener can be planned, and nothing depends on one.
  expect(all(plan, /lb\/listener:/)).toEqual([])
}, 120_000)

test('docs/deploy-aws.md lists every invariant', () => {
  const listed = [...readFileSync('docs/deploy-aws.md', 'utf8').matchAll(/^- (.+)\.$/gm)].map(([, name]) => name)
  for (const { name } of INVARIANTS) expect(listed).toContain(name.charAt(0).toUpperCase() + name.slice(1))
})
