import { has, type Mutation, one } from './graph'

/** A mistake as people make it, and the check that must say so. */
export interface Mistake {
  mistake: string
  check: string
  mutate: Mutation
}

const within =
  (name: string, change: (inputs: ReturnType<typeof one>['inputs']) => void): Mutation =>
  (graph) => {
    if (!has(graph, name)) return false
    change(one(graph, name).inputs)
  }

/** Mistakes that the checks of policy alone let pass; each was made once on purpose. */
export const MISTAKES: readonly Mistake[] = [
  {
    mistake: 'an instance type and an AMI of different architectures',
    check: 'a machine’s image is of its own architecture',
    mutate: within('NatInstance', (inputs) => {
      inputs.instanceType = 't3.nano'
    }),
  },
  {
    mistake: 'metric math that names an unknown id',
    check: 'an alarm counts with metrics that it has, and returns one value',
    mutate: within('ServerErrors', ({ metricQueries }) => {
      metricQueries.at(-1).expression = '100 * (ours + balancer) / all'
    }),
  },
  {
    mistake: 'an alarm period of 45 s',
    check: 'an alarm looks at one thing, as often and as far back as CloudWatch does',
    mutate: within('WebCpu', (inputs) => {
      inputs.period = 45
    }),
  },
  {
    mistake: 'a NAT security group without egress',
    check:
      'a NAT instance passes on what comes to it: in from the network, out to anywhere, and not only what is its own',
    mutate: within('NatSecurityGroup', (inputs) => {
      delete inputs.egress
    }),
  },
  {
    mistake: 'a NAT gateway id that is an instance',
    check: 'what is named by its id or ARN is there, and of the kind that is meant',
    mutate: (graph) => {
      if (!has(graph, 'NatInstance')) return false
      one(graph, 'Private1RouteTable').inputs.routes = [{ cidrBlock: '0.0.0.0/0', natGatewayId: 'NatInstance_id' }]
    },
  },
  {
    mistake: 'private DNS off',
    check: 'names of AWS’s services lead to the endpoints, in the stage’s own region',
    mutate: within('EcrApiEndpoint', (inputs) => {
      inputs.privateDnsEnabled = false
    }),
  },
  {
    mistake: 'an engine version that does not exist',
    check: 'the cache’s engine has this version, and its parameters are of that version',
    mutate: within('CacheCluster', (inputs) => {
      inputs.engineVersion = '7.4'
    }),
  },
  {
    mistake: 'a scale-out cooldown of 6,000 s',
    check: 'what scales out does so again within five minutes, and back within fifteen',
    mutate: within('WebAutoScalingRequestCountPolicy', (inputs) => {
      inputs.targetTrackingScalingPolicyConfiguration.scaleOutCooldown = 6000
    }),
  },
  {
    mistake: 'an alarm that looks back longer than a day',
    check: 'an alarm looks at one thing, as often and as far back as CloudWatch does',
    mutate: within('UnhealthyTasks', (inputs) => {
      inputs.period = 21_600
    }),
  },
  {
    mistake: 'a health check that is given up after the next one began',
    check: 'the balancer asks, waits and forgets within what AWS allows, and an answer fits between two questions',
    mutate: within('WebTargetWebHTTP3000', ({ healthCheck }) => {
      healthCheck.timeout = 30
    }),
  },
  {
    mistake: 'parameters of another version of the cache’s engine',
    check: 'the cache’s engine has this version, and its parameters are of that version',
    mutate: within('CacheParameterGroup', (inputs) => {
      inputs.family = 'valkey8'
    }),
  },
  {
    mistake: 'two subnets that overlap',
    check: 'subnets lie in their network, apart from each other, and are as large as AWS asks',
    mutate: within('PrivateSubnet2', (inputs) => {
      inputs.cidrBlock = '10.0.128.0/19'
    }),
  },
  {
    mistake: 'a size that Fargate does not have',
    check: 'Fargate has tasks of this size, and a container has the ports and volumes that are named',
    mutate: within('WebTask', (inputs) => {
      inputs.memory = '16384'
    }),
  },
  {
    mistake: 'steps of scaling with a gap between them',
    check: 'steps of scaling lie beside each other, and bounds are in order',
    mutate: within('WorkersOut', ({ stepScalingPolicyConfiguration }) => {
      stepScalingPolicyConfiguration.stepAdjustments[0].metricIntervalUpperBound = '1000'
    }),
  },
  {
    mistake: 'logs that are kept for 45 days',
    check: 'logs are kept for a time that CloudWatch has',
    mutate: within('WebLogGroupWeb', (inputs) => {
      inputs.retentionInDays = 45
    }),
  },
  {
    mistake: 'a misspelt property',
    check: 'every resource has what the provider asks for, and nothing that it does not know',
    mutate: within('WebLoadBalancer', (inputs) => {
      inputs.idleTimeOut = inputs.idleTimeout
    }),
  },
  {
    mistake: 'two alarms of one name',
    check: 'names are ones that AWS takes, and no two things of a kind have the same',
    mutate: within('Latency', (inputs) => {
      inputs.name = inputs.name.replace('latency', 'server-errors')
    }),
  },
]
