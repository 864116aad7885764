// Builds the real resource graph of a stage from SST's real components and infra/, under Pulumi's mocks, without an
// account or a network, and prints it as JSON. tsx tests/infra/build-graph.ts <stage> <file> [deploy|dev|plan]
// [parameters] `dev` builds what `sst dev` does, `plan` a first `sst diff`, which knows no certificate. Parameters in
// SSM are {region: {name: value}}.
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Graph, Resource } from './graph'

const [stage = 'dev', file = '/dev/stdout', mode = 'deploy', parametersJson = '{}'] = process.argv.slice(2)
const parameters = JSON.parse(parametersJson) as Record<string, Record<string, string>>
/** The parameters that exist. The deployment creates the cache URL itself. */
const stored: Graph['stored'] = { secrets: [], settings: {} }
const root = process.cwd()
const platform = `${root}/.sst/platform`
const world = globalThis as Record<string, unknown>
const ACCOUNT = '123456789012'

// SST's components request the account's resources from the SST command in one call.
const answer = {
  asset: 'asset-bucket',
  assetEcrRegistryId: ACCOUNT,
  assetEcrUrl: '',
  state: 'state-bucket',
  appsyncHttp: '',
  appsyncRealtime: '',
}
const command = http.createServer((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ result: answer }))
})
await new Promise<void>((listening) => command.listen(0, '127.0.0.1', listening))
process.env.SST_SERVER = `http://127.0.0.1:${(command.address() as AddressInfo).port}`

world.$config = (config: unknown) => config
const { default: config } = (await import(`${root}/sst.config.ts`)) as {
  default: { app(input: { stage: string }): Promise<App>; run(): Promise<object> }
}
interface App {
  name: string
  removal: string
  protect: boolean
  providers: { aws: { region: string; defaultTags: { tags: Record<string, string> } } }
}
const app = await config.app({ stage })
const REGION = app.providers.aws.region
answer.assetEcrUrl = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/sst-asset`
world.$app = { ...app, stage }
const planning = mode === 'plan'
world.$dev = mode === 'dev'
world.$cli = {
  command: planning ? 'diff' : mode,
  paths: { root, work: `${root}/.sst`, platform },
  state: { version: {} },
  env: {},
  home: '',
}

/** Responses of AWS. */
const DATA: Record<string, object> = {
  getRegion: { name: REGION, region: REGION, id: REGION },
  getAvailabilityZones: { names: ['a', 'b', 'c'].map((zone) => REGION + zone), zoneIds: ['a', 'b', 'c'], id: 'zones' },
  getCallerIdentity: { accountId: ACCOUNT, arn: '', userId: '', id: 'caller' },
  getPartition: { partition: 'aws', id: 'aws' },
  getZone: { zoneId: 'ZONE', id: 'ZONE' },
  getAuthorizationToken: { proxyEndpoint: '', password: '', userName: '' },
}

/** Attributes that AWS generates when it creates a resource. */
function generatedAttributes({ type, name, inputs }: Pick<Resource, 'type' | 'name' | 'inputs'>): object {
  if (type.endsWith(':TargetGroup')) {
    return { arn: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/1` }
  }
  if (type.endsWith(':Certificate')) {
    const option = { resourceRecordName: 'proof', resourceRecordType: 'CNAME', resourceRecordValue: 'value' }
    return { domainValidationOptions: [option] }
  }
  if (type.endsWith(':RandomPassword')) return { result: 'a&secret' }
  if (type.endsWith(':ReplicationGroup')) {
    const memberClusters = Array.from({ length: inputs.numCacheClusters }, (_, i) => `cache-00${i + 1}`)
    return { primaryEndpointAddress: 'cache.internal', clusterEnabled: false, memberClusters }
  }
  if (type.endsWith(':Instance')) return { primaryNetworkInterfaceId: `${name}-interface` }
  if (type.endsWith(':LoadBalancer'))
    return { arnSuffix: `app/${name}/1`, dnsName: `${name}.elb.amazonaws.com`, zoneId: 'BALANCERS' }
  return {}
}

const resources: Resource[] = []
const pulumi = await import(`${platform}/node_modules/@pulumi/pulumi/index.js`)
// The mocks don't report dependencies, but the registration request does.
const { MockMonitor } = await import(`${platform}/node_modules/@pulumi/pulumi/runtime/mocks.js`)
const after = new Map<string, string[]>()
const { registerResource } = MockMonitor.prototype
MockMonitor.prototype.registerResource = function (request: Request, ...rest: unknown[]) {
  const names = request.getDependenciesList().map((urn) => urn.split('::').at(-1) as string)
  after.set(request.getName(), [...new Set(names)].sort())
  return registerResource.call(this, request, ...rest)
}
interface Request {
  getName(): string
  getDependenciesList(): string[]
}

pulumi.runtime.setMocks(
  {
    newResource(resource: Resource) {
      const { type, name, inputs } = resource
      resources.push({ type, name, inputs: JSON.parse(JSON.stringify(inputs)), after: [] })
      // The ARN exists once the resource is created.
      if (planning && type.endsWith(':Certificate')) return { id: '', state: { ...inputs } }
      const state = { arn: `arn:aws:mock:::${name}`, name, ...inputs, ...generatedAttributes(resource) }
      // Policies are built from the name and ARN of a bucket.
      return { id: `${name}_id`, state: type.endsWith(':Bucket') ? { bucket: name.toLowerCase(), ...state } : state }
    },
    call({ token, inputs }: { token: string; inputs: Record<string, unknown> }) {
      if (token.includes('getPolicyDocument')) {
        return { id: 'policy', json: JSON.stringify({ Statement: inputs.statements }), ...inputs }
      }
      // Named after the requested architecture, which a test compares with the instance.
      if (token.includes('getAmi')) return { id: `ami-${architectureOf(inputs)}` }
      if (token.includes('getParametersByPath')) return parametersBelow(inputs)
      const known = Object.keys(DATA).find((name) => token.includes(name))
      return known ? DATA[known] : { id: 'mock', ...inputs }
    },
  },
  app.name,
  stage,
  planning,
)
Object.assign(world, await import(`${platform}/src/shim/run.js`), { $util: pulumi })
world.sst = { aws: await import(`${platform}/src/components/aws/index.ts`) }
world.aws = await import(`${platform}/node_modules/@pulumi/aws/index.js`)

// Pulumi keeps a stack trace of every promise. Not before: tsx needs traces while it loads modules.
Error.stackTraceLimit = 0
const outputs = await config.run()
// Outputs resolve one after the other. The graph is complete when nothing is pending and nothing new has arrived.
for (let seen = -1; seen !== resources.length; ) {
  seen = resources.length
  await pulumi.runtime.waitForRPCs()
  await sleep(250)
}
command.close()
const settledOutputs = Object.fromEntries(
  await Promise.all(Object.entries(outputs).map(async ([name, value]) => [name, await settled(value)])),
)
for (const resource of resources) resource.after = after.get(resource.name) ?? []
writeFileSync(file, JSON.stringify({ stage, app, resources, stored, outputs: settledOutputs }))
process.exit(0)

function architectureOf({ filters }: { filters?: { name: string; values: string[] }[] }): string {
  return filters?.find(({ name }) => name === 'architecture')?.values.join() ?? 'any'
}

/** Responses of the Parameter Store: parameters directly below a path, secrets as stored. */
function parametersBelow({ path, region = REGION }: { path?: string; region?: string }) {
  const found = Object.entries(parameters[region] ?? {}).filter(
    ([name]) => name.startsWith(`${path}/`) && !name.slice(`${path}/`.length).includes('/'),
  )
  const isSetting = (name: string) => name.includes('/settings/')
  for (const [path, value] of found) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (isSetting(path)) stored.settings[name] = value
    else if (name !== 'REDIS_URL') stored.secrets.push(name)
  }
  return {
    id: path,
    path,
    region,
    arns: found.map(([name]) => name),
    names: found.map(([name]) => name),
    types: found.map(([name]) => (isSetting(name) ? 'String' : 'SecureString')),
    values: found.map(([name, value]) => (isSetting(name) ? value : 'encrypted')),
  }
}

function settled(value: unknown): Promise<unknown> {
  return new Promise((known) => pulumi.output(value).apply(known))
}
