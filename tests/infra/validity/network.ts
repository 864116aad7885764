import { all, differ, type Graph, has, type Invariant, one, type Resource, regionOf } from '../graph'
import { BALANCER_SUBNET_BITS, GROUP_DESCRIPTION, SUBNET_BITS } from './limits'

const instances = (graph: Graph) => all(graph, /ec2\/instance:Instance$/)

/** Graviton instance families have a `g` after their generation: t4g, m7gd, c8gn. */
const architectureOf = (instanceType: string) => (/^[a-z]+\d+g|^a1\./.test(instanceType) ? 'arm64' : 'x86_64')

interface Block {
  name: string
  first: number
  last: number
  bits: number
}

function block(name: string, cidr: string): Block | null {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)?.map(Number) ?? []
  if (bits === undefined || [a, b, c, d].some((part) => part === undefined || part > 255) || bits > 32) return null
  const first = [a, b, c, d].reduce((sum: number, part) => sum * 256 + (part ?? 0), 0)
  return { name, first, last: first + 2 ** (32 - bits) - 1, bits }
}

const inside = (inner: Block, outer: Block) => inner.first >= outer.first && inner.last <= outer.last

function subnetFaults(graph: Graph): string[] {
  const vpc = block('Vpc', one(graph, 'Vpc').inputs.cidrBlock)
  const found = all(graph, /subnet:Subnet$/).map(({ name, inputs }) => block(name, inputs.cidrBlock))
  const blocks = found.filter((each) => each !== null)
  if (vpc === null || blocks.length < found.length) return ['an invalid address range']
  const balancers = one(graph, 'WebLoadBalancer').inputs.subnets as string[]
  return blocks.flatMap((each, i) => [
    ...(inside(each, vpc) ? [] : [`${each.name} is outside its network`]),
    ...(each.first % (each.last - each.first + 1) === 0 ? [] : [`${each.name} is misaligned`]),
    ...(each.bits >= SUBNET_BITS[0] && each.bits <= SUBNET_BITS[1] ? [] : [`${each.name} is a /${each.bits}`]),
    ...(balancers.includes(`${each.name}_id`) && each.bits > BALANCER_SUBNET_BITS
      ? [`${each.name} is too small for a load balancer`]
      : []),
    ...blocks
      .slice(i + 1)
      .filter((other) => each.first <= other.last && other.first <= each.last)
      .map((other) => `${each.name} and ${other.name} overlap`),
  ])
}

/** Rules defined in the group itself that allow all traffic from or to a range. */
const everything = (rules: Resource['inputs'][] | undefined, cidr: string) =>
  (rules ?? []).some(({ protocol, cidrBlocks }) => protocol === '-1' && cidrBlocks?.includes(cidr))

export const VALID_NETWORK: Invariant[] = [
  {
    name: 'machine images match the architecture of their instance',
    check: (graph) =>
      instances(graph).flatMap(({ name, inputs }) =>
        differ(name, inputs.ami, `ami-${architectureOf(inputs.instanceType)}`),
      ),
    mutations: {
      'an instance with the other architecture': (graph) => {
        if (!has(graph, 'NatInstance')) return false
        one(graph, 'NatInstance').inputs.instanceType = 't3.nano'
      },
      'an image for the other architecture': (graph) => {
        if (!has(graph, 'NatInstance')) return false
        one(graph, 'NatInstance').inputs.ami = 'ami-x86_64'
      },
      'an image for any architecture': (graph) => {
        if (!has(graph, 'NatInstance')) return false
        one(graph, 'NatInstance').inputs.ami = 'ami-any'
      },
    },
  },
  {
    name: 'NAT instances forward traffic: inbound from the network, outbound to anywhere, source check off',
    check: (graph) =>
      instances(graph).flatMap(({ name, inputs }) => {
        const groups = (inputs.vpcSecurityGroupIds as string[]).map((id) => one(graph, id.replace(/_id$/, '')).inputs)
        const { cidrBlock } = one(graph, 'Vpc').inputs
        return [
          ...(groups.some(({ ingress }) => everything(ingress, cidrBlock))
            ? []
            : [`${name} accepts no inbound traffic`]),
          ...(groups.some(({ egress }) => everything(egress, '0.0.0.0/0'))
            ? []
            : [`${name} allows no outbound traffic`]),
          ...differ(`${name} checks the source`, inputs.sourceDestCheck, false),
        ]
      }),
    mutations: {
      'no outbound traffic': (graph) => {
        if (!has(graph, 'NatSecurityGroup')) return false
        one(graph, 'NatSecurityGroup').inputs.egress = []
      },
      'no outbound rule': (graph) => {
        if (!has(graph, 'NatSecurityGroup')) return false
        delete one(graph, 'NatSecurityGroup').inputs.egress
      },
      'no inbound traffic': (graph) => {
        if (!has(graph, 'NatSecurityGroup')) return false
        one(graph, 'NatSecurityGroup').inputs.ingress = []
      },
      'source check on': (graph) => {
        if (!has(graph, 'NatInstance')) return false
        delete one(graph, 'NatInstance').inputs.sourceDestCheck
      },
    },
  },
  {
    name: 'every private subnet has a route out through a NAT in a public subnet',
    check: (graph) => {
      const open = all(graph, /natGateway:NatGateway$|ec2\/instance:Instance$/).filter(
        ({ inputs }) => !/^Public/.test(inputs.subnetId),
      )
      const tables = new Map(
        all(graph, /routeTableAssociation:/).map(({ inputs }) => [inputs.subnetId, inputs.routeTableId as string]),
      )
      const closed = all(graph, /subnet:Subnet$/).filter(({ name }) => {
        const table = tables.get(`${name}_id`)?.replace(/_id$/, '')
        const routes = table === undefined ? [] : one(graph, table).inputs.routes
        return !routes.some(({ cidrBlock }: { cidrBlock: string }) => cidrBlock === '0.0.0.0/0')
      })
      return [
        ...open.map(({ name }) => `${name} is in a private subnet`),
        ...closed.map(({ name }) => `${name} has no route out`),
      ]
    },
    mutations: {
      'a NAT in a private subnet': (graph) => {
        one(graph, has(graph, 'NatGateway1') ? 'NatGateway1' : 'NatInstance').inputs.subnetId = 'PrivateSubnet1_id'
      },
      'a subnet without a route table': (graph) => {
        one(graph, 'Private2Association').inputs.subnetId = 'PrivateSubnet1_id'
      },
      'a route table without a route': (graph) => {
        one(graph, 'Private1RouteTable').inputs.routes = []
      },
    },
  },
  {
    name: 'AWS service names resolve to the endpoints in the region of the stage',
    check: (graph) => {
      const { enableDnsSupport, enableDnsHostnames } = one(graph, 'Vpc').inputs
      const endpoints = all(graph, /vpcEndpoint:/).flatMap(({ name, inputs }) => [
        ...(inputs.vpcEndpointType === 'Interface'
          ? differ(`${name} answers to the service’s name`, inputs.privateDnsEnabled, true)
          : []),
        ...differ(
          `region of ${name}`,
          /^com\.amazonaws\.([a-z0-9-]+)\./.exec(inputs.serviceName)?.[1],
          regionOf(graph),
        ),
      ])
      return [...differ('names in the network', [enableDnsSupport, enableDnsHostnames], [true, true]), ...endpoints]
    },
    mutations: {
      'private DNS off': (graph) => {
        if (!has(graph, 'EcrDkrEndpoint')) return false
        one(graph, 'EcrDkrEndpoint').inputs.privateDnsEnabled = false
      },
      'private DNS unset': (graph) => {
        if (!has(graph, 'SsmEndpoint')) return false
        delete one(graph, 'SsmEndpoint').inputs.privateDnsEnabled
      },
      'no DNS in the network': (graph) => {
        one(graph, 'Vpc').inputs.enableDnsHostnames = false
      },
      'another region': (graph) => {
        one(graph, 'S3Endpoint').inputs.serviceName = 'com.amazonaws.us-east-1.s3'
      },
    },
  },
  {
    name: 'subnets are inside the network, do not overlap and have a size that AWS allows',
    check: subnetFaults,
    mutations: {
      outside: (graph) => {
        one(graph, 'PublicSubnet1').inputs.cidrBlock = '10.1.0.0/20'
      },
      overlapping: (graph) => {
        one(graph, 'PublicSubnet1').inputs.cidrBlock = '10.0.128.0/18'
      },
      'a misaligned subnet': (graph) => {
        one(graph, 'PublicSubnet1').inputs.cidrBlock = '10.0.1.0/20'
      },
      'a subnet too small for a load balancer': (graph) => {
        one(graph, 'PublicSubnet1').inputs.cidrBlock = '10.0.0.0/28'
      },
      'an invalid range': (graph) => {
        one(graph, 'PrivateSubnet1').inputs.cidrBlock = '10.0.300.0/20'
      },
    },
  },
  {
    name: 'security group rules have valid port ranges, and groups have valid descriptions',
    check: (graph) => [
      ...all(graph, /securityGroup(In|E)gressRule:/).flatMap(({ name, inputs: { fromPort, toPort, ipProtocol } }) =>
        ipProtocol === '-1' || (fromPort >= 0 && fromPort <= toPort && toPort <= 65_535)
          ? []
          : [`${name}: ${fromPort}-${toPort}`],
      ),
      ...all(graph, /:SecurityGroup$/).flatMap(({ name, inputs }) =>
        GROUP_DESCRIPTION.test(inputs.description) ? [] : [`${name}: ${inputs.description}`],
      ),
    ],
    mutations: {
      'reversed ports': (graph) => {
        one(graph, 'WebToInternet443').inputs.fromPort = 444
      },
      'a description with an arrow': (graph) => {
        one(graph, 'WebSecurityGroup').inputs.description = 'balancer → web'
      },
    },
  },
]
