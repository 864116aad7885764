import type { Names } from './names'
import type { Stage } from './stages'

/** The network of a stage: public subnets for the load balancer and the NAT, private ones for everything else. */
export interface Network {
  vpc: aws.ec2.Vpc
  publicSubnets: aws.ec2.Subnet[]
  privateSubnets: aws.ec2.Subnet[]
  privateRouteTables: aws.ec2.RouteTable[]
  /** Routes to the internet and out of the private subnets. Depend on these to wait for the routes. */
  routes: { public: $util.Resource[]; private: $util.Resource[] }
}

const CIDR = '10.0.0.0/16'

/** @returns the network, in which private subnets have a route out but none in */
export function createNetwork({ zones, nat }: Stage, { tag }: Names): Network {
  const vpc = new aws.ec2.Vpc('Vpc', {
    cidrBlock: CIDR,
    enableDnsSupport: true,
    enableDnsHostnames: true,
    tags: tag('network'),
  })
  // Resources without an explicit security group get this one, which allows no traffic.
  new aws.ec2.DefaultSecurityGroup('DefaultSecurityGroup', {
    vpcId: vpc.id,
    ingress: [],
    egress: [],
    tags: tag('default'),
  })
  const gateway = new aws.ec2.InternetGateway('InternetGateway', { vpcId: vpc.id, tags: tag('internet') })
  const names = aws.getAvailabilityZonesOutput({ state: 'available' }).names
  const subnets = (kind: 'Public' | 'Private', third: number) =>
    Array.from({ length: zones }, (_, i) => {
      return new aws.ec2.Subnet(`${kind}Subnet${i + 1}`, {
        vpcId: vpc.id,
        cidrBlock: `10.0.${third + 16 * i}.0/20`,
        availabilityZone: names.apply((all) => all[i] as string),
        // The NAT uses an elastic address, and the load balancer gets its own addresses.
        mapPublicIpOnLaunch: false,
        tags: tag(`${kind.toLowerCase()}-${i + 1}`),
      })
    })
  const publicSubnets = subnets('Public', 0)
  const privateSubnets = subnets('Private', 128)
  const publicRouteTable = routeTable('Public', vpc, tag('public'), [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }])
  const publicRoutes = publicSubnets.map((subnet, i) => associate(`Public${i + 1}`, subnet, publicRouteTable))
  const natRoutes =
    nat === 'gateway'
      ? natGateways(publicSubnets, publicRoutes, tag)
      : [natInstance(vpc, publicSubnets, publicRoutes, tag)]
  const privateRouteTables = privateSubnets.map((_, i) =>
    routeTable(`Private${i + 1}`, vpc, tag(`private-${i + 1}`), [
      { cidrBlock: '0.0.0.0/0', ...(natRoutes[i] ?? natRoutes[0]) },
    ]),
  )
  const privateRoutes = privateSubnets.map((subnet, i) =>
    associate(`Private${i + 1}`, subnet, privateRouteTables[i] as aws.ec2.RouteTable),
  )
  return {
    vpc,
    publicSubnets,
    privateSubnets,
    privateRouteTables,
    routes: { public: publicRoutes, private: privateRoutes },
  }
}

type Route = { cidrBlock: string; gatewayId?: $util.Output<string> } & NatRoute
type NatRoute = { natGatewayId?: $util.Output<string>; networkInterfaceId?: $util.Output<string> }

function routeTable(name: string, vpc: aws.ec2.Vpc, tags: { Name: string }, routes: Route[]): aws.ec2.RouteTable {
  return new aws.ec2.RouteTable(`${name}RouteTable`, { vpcId: vpc.id, routes, tags })
}

function associate(name: string, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable): $util.Resource {
  return new aws.ec2.RouteTableAssociation(`${name}Association`, { subnetId: subnet.id, routeTableId: table.id })
}

/** One NAT gateway per zone, so that losing a zone affects only that zone. Requires an existing internet route. */
function natGateways(subnets: readonly aws.ec2.Subnet[], dependsOn: $util.Resource[], tag: Names['tag']): NatRoute[] {
  return subnets.map((subnet, i) => {
    const address = new aws.ec2.Eip(`NatAddress${i + 1}`, { domain: 'vpc', tags: tag(`nat-${i + 1}`) }, { dependsOn })
    const gateway = new aws.ec2.NatGateway(
      `NatGateway${i + 1}`,
      { subnetId: subnet.id, allocationId: address.id, tags: tag(`nat-${i + 1}`) },
      { dependsOn },
    )
    return { natGatewayId: gateway.id }
  })
}

/**
 * One small NAT instance, at a tenth of the price of a gateway, for stages that can be without internet for a while.
 * It isn't accessible by login; replace it if it fails. It uses the fck-nat image (https://fck-nat.dev), as SST does.
 */
function natInstance(
  vpc: aws.ec2.Vpc,
  [subnet]: readonly aws.ec2.Subnet[],
  dependsOn: $util.Resource[],
  tag: Names['tag'],
): NatRoute {
  if (!subnet) throw new Error('the network has no public subnet')
  const group = new aws.ec2.SecurityGroup('NatSecurityGroup', {
    vpcId: vpc.id,
    description: 'From the private subnets to the internet',
    ingress: [{ protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: [CIDR], description: 'From within' }],
    egress: [{ protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: ['0.0.0.0/0'], description: 'Anywhere' }],
    tags: tag('nat'),
  })
  const image = aws.ec2.getAmiOutput({
    owners: ['568608671756'],
    filters: [
      { name: 'name', values: ['fck-nat-al2023-*'] },
      { name: 'architecture', values: ['arm64'] },
    ],
    mostRecent: true,
  })
  const instance = new aws.ec2.Instance(
    'NatInstance',
    {
      instanceType: 't4g.nano',
      ami: image.id,
      subnetId: subnet.id,
      vpcSecurityGroupIds: [group.id],
      sourceDestCheck: false,
      metadataOptions: { httpTokens: 'required', httpEndpoint: 'enabled' },
      rootBlockDevice: { encrypted: true },
      tags: tag('nat'),
    },
    // A newer image alone must not interrupt all connections during a deployment.
    { ignoreChanges: ['ami'], dependsOn },
  )
  new aws.ec2.Eip('NatAddress', { domain: 'vpc', instance: instance.id, tags: tag('nat') }, { dependsOn })
  return { networkInterfaceId: instance.primaryNetworkInterfaceId }
}
