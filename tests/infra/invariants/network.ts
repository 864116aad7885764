import { stageOf } from '@/infra/stages'
import { all, differ, drop, type Graph, has, type Invariant, one, type Resource, services } from '../graph'

/** Resources that people look for in the console. */
const NAMED =
  /^aws:ec2\/.*:(Vpc|Subnet|SecurityGroup|DefaultSecurityGroup|RouteTable|InternetGateway|NatGateway|Instance|Eip|VpcEndpoint)$/

const ids = (graph: Graph, kind: 'Public' | 'Private') =>
  graph.resources.filter(({ name }) => new RegExp(`^${kind}Subnet\\d$`).test(name)).map(({ name }) => `${name}_id`)

/** Each allowed connection as `from → to port`. Groups are identified by name, the internet as such. */
function inbound(graph: Graph): string[] {
  const nameOf = (id: string) => id.replace(/SecurityGroup_id$/, '')
  const rules = all(graph, 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule').map(({ inputs }) => {
    const from = inputs.referencedSecurityGroupId ? nameOf(inputs.referencedSecurityGroupId) : source(inputs.cidrIpv4)
    return `${from} → ${nameOf(inputs.securityGroupId)} ${ports(inputs)}`
  })
  return [...rules, ...inlineInbound(graph)].sort()
}

const source = (cidr: string | undefined) => (cidr === '0.0.0.0/0' ? 'internet' : `${cidr}`)
const ports = ({ ipProtocol, fromPort, toPort }: Resource['inputs']) =>
  ipProtocol === 'tcp' && fromPort === toPort ? `${fromPort}` : `${ipProtocol} ${fromPort}-${toPort}`

/** Rules defined in the group itself. */
function inlineInbound(graph: Graph): string[] {
  return all(graph, /[sS]ecurityGroup$/).flatMap(({ name, inputs }) =>
    (inputs.ingress ?? []).map(
      ({ cidrBlocks, protocol, fromPort, toPort }: Record<string, unknown>) =>
        `${cidrBlocks} → ${name} ${protocol} ${fromPort}-${toPort}`,
    ),
  )
}

function expectedInbound(graph: Graph): string[] {
  const { cache, endpoints, nat } = stageOf(graph.stage)
  const tasks = ['Web', 'Worker']
  return [
    ...listenPorts(graph).map((port) => `internet → Balancer ${port}`),
    'Balancer → Web 3000',
    ...(cache ? tasks.map((task) => `${task} → Cache 6379`) : []),
    ...(endpoints.length > 0 ? tasks.map((task) => `${task} → Endpoint 443`) : []),
    ...(nat === 'instance' ? ['10.0.0.0/16 → NatSecurityGroup -1 0-0'] : []),
  ].sort()
}

const listenPorts = (graph: Graph) => (has(graph, 'Certificate') ? [80, 443] : [80])

/** Allowed outbound traffic of tasks. */
function outbound(graph: Graph): string[] {
  const nameOf = (id: string) => id.replace(/SecurityGroup_id$/, '')
  return all(graph, 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule')
    .map(({ inputs }) => {
      const to = inputs.referencedSecurityGroupId ? nameOf(inputs.referencedSecurityGroupId) : source(inputs.cidrIpv4)
      return `${nameOf(inputs.securityGroupId)} → ${to} ${ports(inputs)}`
    })
    .sort()
}

function expectedOutbound(graph: Graph): string[] {
  const tasks = ['Web', 'Worker']
  return [
    'Balancer → Web 3000',
    ...tasks.flatMap((task) => [443, 80].map((port) => `${task} → internet ${port}`)),
    ...(stageOf(graph.stage).cache ? tasks.map((task) => `${task} → Cache 6379`) : []),
  ].sort()
}

const openRule = (group: string) => (graph: Graph) => {
  graph.resources.push({
    type: 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
    name: 'Mutant',
    after: [],
    inputs: {
      securityGroupId: `${group}SecurityGroup_id`,
      cidrIpv4: '0.0.0.0/0',
      ipProtocol: 'tcp',
      fromPort: 22,
      toPort: 22,
    },
  })
}

export const NETWORK: Invariant[] = [
  {
    name: 'the network spans at least two zones, each with a public and a private subnet',
    check(graph) {
      const zones = (kind: string) =>
        new Set(
          graph.resources
            .filter(({ name }) => name.startsWith(`${kind}Subnet`))
            .map(({ inputs }) => inputs.availabilityZone),
        )
      const wanted = stageOf(graph.stage).zones
      return [
        ...differ('public zones', zones('Public').size, wanted),
        ...differ('private zones', zones('Private').size, wanted),
        ...(wanted < 2 ? ['fewer than two zones'] : []),
      ]
    },
    mutations: {
      'one zone less': (graph) => drop(graph, /^PrivateSubnet2$/),
      'both subnets in one zone': (graph) => {
        one(graph, 'PublicSubnet2').inputs.availabilityZone = one(graph, 'PublicSubnet1').inputs.availabilityZone
      },
    },
  },
  {
    name: 'tasks and the cache run in private subnets without public addresses',
    check(graph) {
      const tasks = services(graph).flatMap((name) => {
        const { subnets, assignPublicIp } = one(graph, `${name}Service`).inputs.networkConfiguration
        return [
          ...differ(`subnets of ${name}`, subnets, ids(graph, 'Private')),
          ...differ(`public address of ${name}`, assignPublicIp, false),
        ]
      })
      const cache = all(graph, /subnetGroup:SubnetGroup$/).flatMap(({ inputs }) =>
        differ('subnets of the cache', inputs.subnetIds, ids(graph, 'Private')),
      )
      return [...tasks, ...cache]
    },
    mutations: {
      'a public subnet': (graph) => {
        one(graph, 'WebService').inputs.networkConfiguration.subnets = ids(graph, 'Public')
      },
      'a public address': (graph) => {
        one(graph, 'WebService').inputs.networkConfiguration.assignPublicIp = true
      },
      'a worker in a public subnet': (graph) => {
        if (!has(graph, 'WorkerService')) return false
        one(graph, 'WorkerService').inputs.networkConfiguration.subnets.push('PublicSubnet1_id')
      },
      'the cache in a public subnet': (graph) => {
        if (!has(graph, 'CacheSubnetGroup')) return false
        one(graph, 'CacheSubnetGroup').inputs.subnetIds.push('PublicSubnet1_id')
      },
    },
  },
  {
    name: 'no internet route reaches a private subnet, and no subnet assigns public addresses',
    check(graph) {
      const routes = all(graph, /routeTable:RouteTable$/)
        .filter(({ name }) => name.startsWith('Private'))
        .filter(({ inputs }) => inputs.routes.some(({ gatewayId }: { gatewayId?: string }) => gatewayId))
        .map(({ name }) => `${name} routes to the internet gateway`)
      const addresses = all(graph, /subnet:Subnet$/)
        .filter(({ inputs }) => inputs.mapPublicIpOnLaunch !== false)
        .map(({ name }) => `${name} assigns public addresses`)
      return [...routes, ...addresses]
    },
    mutations: {
      'a route to the internet gateway': (graph) => {
        one(graph, 'Private1RouteTable').inputs.routes = [{ cidrBlock: '0.0.0.0/0', gatewayId: 'InternetGateway_id' }]
      },
      'public addresses by default': (graph) => {
        one(graph, 'PrivateSubnet1').inputs.mapPublicIpOnLaunch = true
      },
    },
  },
  {
    name: 'the default security group of the network allows no traffic',
    check(graph) {
      const { ingress, egress } = one(graph, 'DefaultSecurityGroup').inputs
      return [...differ('in', ingress, []), ...differ('out', egress, [])]
    },
    mutations: {
      'all outbound traffic': (graph) => {
        one(graph, 'DefaultSecurityGroup').inputs.egress = [{ protocol: '-1', cidrBlocks: ['0.0.0.0/0'] }]
      },
    },
  },
  {
    name: 'inbound traffic follows internet → load balancer → web → cache and no other path',
    check: (graph) => differ('inbound', inbound(graph), expectedInbound(graph)),
    mutations: {
      'SSH to the load balancer': openRule('Balancer'),
      'the internet to the web tasks': openRule('Web'),
      'the internet to the cache': openRule('Cache'),
      'no rule for the load balancer': (graph) => drop(graph, /^BalancerToWebIn$/),
      'an open group created by SST': (graph) => {
        one(graph, 'WebLoadBalancerSecurityGroup').inputs.ingress = [
          { cidrBlocks: ['0.0.0.0/0'], protocol: '-1', fromPort: 0, toPort: 0 },
        ]
      },
    },
  },
  {
    name: 'outbound traffic from tasks is limited to ports 80 and 443 and the services they use',
    check: (graph) => differ('outbound', outbound(graph), expectedOutbound(graph)),
    mutations: {
      'every port': (graph) => {
        one(graph, 'WebToInternet443').inputs.fromPort = 0
      },
      'no rule for AWS': (graph) => drop(graph, /ToInternet443$/),
    },
  },
  {
    name: 'services use their own security groups',
    check: (graph) =>
      services(graph).flatMap((name) =>
        differ(name, one(graph, `${name}Service`).inputs.networkConfiguration.securityGroups, [
          `${name}SecurityGroup_id`,
        ]),
      ),
    mutations: {
      "the network's default group": (graph) => {
        one(graph, 'WebService').inputs.networkConfiguration.securityGroups = ['DefaultSecurityGroup_id']
      },
    },
  },
  {
    name: 'endpoints and NAT match the stage, and S3 traffic never passes through the NAT',
    check(graph) {
      const { endpoints, nat, zones } = stageOf(graph.stage)
      const inputs = all(graph, /vpcEndpoint:VpcEndpoint$/).map((endpoint) => endpoint.inputs)
      const names = inputs.map(({ serviceName }) => serviceName.replace(/^com\.amazonaws\.[^.]+\./, '')).sort()
      const tables = ids(graph, 'Private').map((_, i) => `Private${i + 1}RouteTable_id`)
      const s3 = inputs.find(({ vpcEndpointType }) => vpcEndpointType === 'Gateway')
      return [
        ...differ('endpoints', names, [...endpoints, 's3'].sort()),
        ...differ('routes of the S3 endpoint', s3?.routeTableIds, tables),
        ...differ('gateways', all(graph, /natGateway:NatGateway$/).length, nat === 'gateway' ? zones : 0),
        ...differ('instances', all(graph, /ec2\/instance:Instance$/).length, nat === 'instance' ? 1 : 0),
      ]
    },
    mutations: {
      'no endpoint for S3': (graph) => drop(graph, /^S3Endpoint$/),
      'a route table without it': (graph) => {
        one(graph, 'S3Endpoint').inputs.routeTableIds.pop()
      },
      'no NAT': (graph) => drop(graph, /^(NatInstance|NatGateway1)$/),
      'one endpoint less': (graph) => drop(graph, /^LogsEndpoint$/),
    },
  },
  {
    name: 'every network resource has a unique name that identifies its stage',
    check(graph) {
      const parts = all(graph, NAMED)
      const found = parts.map(({ inputs }) => inputs.tags?.Name as string | undefined)
      const again = (name: string | undefined, i: number) =>
        parts.some((each, j) => j !== i && each.type === parts[i]?.type && found[j] === name)
      return parts.flatMap(({ name }, i) =>
        found[i]?.startsWith(`vision-classifier-${graph.stage}-`) && !again(found[i], i)
          ? []
          : [`${name} is called ${found[i]}`],
      )
    },
    mutations: {
      'a network without a name': (graph) => {
        delete one(graph, 'Vpc').inputs.tags
      },
      'two subnets with the same name': (graph) => {
        one(graph, 'PrivateSubnet2').inputs.tags.Name = one(graph, 'PrivateSubnet1').inputs.tags.Name
      },
      'a name of another stage': (graph) => {
        one(graph, 'WebSecurityGroup').inputs.tags.Name = 'vision-classifier-other-web'
      },
    },
  },
  {
    name: 'NAT instances are encrypted and require signed metadata requests',
    check: (graph) =>
      all(graph, /ec2\/instance:Instance$/).flatMap(({ inputs }) => [
        ...differ('metadata', inputs.metadataOptions?.httpTokens, 'required'),
        ...differ('disk', inputs.rootBlockDevice?.encrypted, true),
      ]),
    mutations: {
      'unsigned metadata': (graph) => {
        if (!has(graph, 'NatInstance')) return false
        one(graph, 'NatInstance').inputs.metadataOptions.httpTokens = 'optional'
      },
    },
  },
]
