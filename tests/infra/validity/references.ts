import { all, type Graph, has, type Invariant, one } from '../graph'

/** Resource types that a property refers to, by ID (`Vpc_id`) or ARN (`arn:aws:mock:::Alarms`). */
const KINDS: Record<string, RegExp> = {
  vpcId: /ec2\/vpc:/,
  subnetId: /ec2\/subnet:/,
  subnetIds: /ec2\/subnet:/,
  subnets: /ec2\/subnet:/,
  securityGroups: /ec2\/securityGroup:/,
  securityGroupIds: /ec2\/securityGroup:/,
  securityGroupId: /ec2\/securityGroup:/,
  referencedSecurityGroupId: /ec2\/securityGroup:/,
  vpcSecurityGroupIds: /ec2\/securityGroup:/,
  routeTableId: /ec2\/routeTable:/,
  routeTableIds: /ec2\/routeTable:/,
  gatewayId: /ec2\/internetGateway:/,
  natGatewayId: /ec2\/natGateway:/,
  networkInterfaceId: /ec2\/instance:/,
  allocationId: /ec2\/eip:/,
  instance: /ec2\/instance:/,
  loadBalancerArn: /lb\/loadBalancer:/,
  certificateArn: /acm\/certificate(Validation)?:/,
  targetGroupArn: /lb\/targetGroup:/,
  alarmActions: /sns\/topic:|appautoscaling\/policy:/,
  okActions: /sns\/topic:/,
  topic: /sns\/topic:/,
  cluster: /ecs\/cluster:/,
  taskDefinition: /ecs\/taskDefinition:/,
  executionRoleArn: /iam\/role:/,
  taskRoleArn: /iam\/role:/,
}

/** The name of the resource that a value refers to: the mocks derive IDs and ARNs from names. */
function nameIn(value: string): string | undefined {
  return /^(?:arn:aws:mock:::(\w+)|(\w+)_id|(\w+)-interface|arn:aws:elasticloadbalancing:.*:targetgroup\/(\w+)\/1)$/
    .exec(value)
    ?.slice(1)
    .find((name) => name !== undefined)
}

function broken(graph: Graph, owner: string, inputs: unknown): string[] {
  if (typeof inputs !== 'object' || inputs === null) return []
  return Object.entries(inputs).flatMap(([key, value]) => {
    const kind = KINDS[key]
    const values = (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string')
    const own = kind === undefined ? [] : values.flatMap((each) => misnamed(graph, `${owner}.${key}`, each, kind))
    return [...own, ...broken(graph, owner, value)]
  })
}

function misnamed(graph: Graph, where: string, value: string, kind: RegExp): string[] {
  const name = nameIn(value)
  const named = graph.resources.find((resource) => resource.name === name)
  if (named === undefined) return [`${where} is ${value}, which does not exist`]
  return kind.test(named.type) ? [] : [`${where} is a ${named.type}`]
}

export const REFERENCES: Invariant[] = [
  {
    name: 'every referenced ID or ARN exists and has the expected resource type',
    check: (graph) => graph.resources.flatMap(({ name, inputs }) => broken(graph, name, inputs)),
    mutations: {
      'a NAT gateway that is an instance': (graph) => {
        one(graph, 'Private1RouteTable').inputs.routes = [{ cidrBlock: '0.0.0.0/0', natGatewayId: 'NatInstance_id' }]
      },
      'an internet gateway that is a NAT': (graph) => {
        if (!has(graph, 'NatGateway1')) return false
        one(graph, 'PublicRouteTable').inputs.routes[0].gatewayId = 'NatGateway1_id'
      },
      'a group that does not exist': (graph) => {
        one(graph, 'WebService').inputs.networkConfiguration.securityGroups = ['OtherSecurityGroup_id']
      },
      'a subnet instead of a group': (graph) => {
        one(graph, 'WebLoadBalancer').inputs.securityGroups = ['PublicSubnet1_id']
      },
      'a route table instead of a network': (graph) => {
        for (const subnet of all(graph, /subnet:Subnet$/)) subnet.inputs.vpcId = 'PublicRouteTable_id'
      },
      'a role instead of a task': (graph) => {
        one(graph, 'WebService').inputs.taskDefinition = 'arn:aws:mock:::WebTaskRole'
      },
      'an alarm instead of a topic': (graph) => {
        one(graph, 'WebCpu').inputs.alarmActions = ['arn:aws:mock:::Latency']
      },
    },
  },
]
