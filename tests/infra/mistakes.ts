import { has, type Mutation, one } from './graph'

/** A realistic mistake, and the check that must catch it. */
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

/** Mistakes that the policy checks alone don't catch. Each was made deliberately once. */
export const MISTAKES: readonly Mistake[] = [
  {
    mistake: 'an instance type and an AMI of different architectures',
    check: 'machine images match the architecture of their instance',
    mutate: within('NatInstance', (inputs) => {
      inputs.instanceType = 't3.nano'
    }),
  },
  {
    mistake: 'metric math with an unknown ID',
    check: 'alarm expressions use defined metrics and return one value',
    mutate: within('ServerErrors', ({ metricQueries }) => {
      metricQueries.at(-1).expression = '100 * (ours + balancer) / all'
    }),
  },
  {
    mistake: 'an alarm period of 45 s',
    check: 'alarms watch one metric or expression, with a period and range that CloudWatch allows',
    mutate: within('WebCpu', (inputs) => {
      inputs.period = 45
    }),
  },
  {
    mistake: 'a NAT security group without egress',
    check: 'NAT instances forward traffic: inbound from the network, outbound to anywhere, source check off',
    mutate: within('NatSecurityGroup', (inputs) => {
      delete inputs.egress
    }),
  },
  {
    mistake: 'a NAT gateway ID that is an instance',
    check: 'every referenced ID or ARN exists and has the expected resource type',
    mutate: (graph) => {
      if (!has(graph, 'NatInstance')) return false
      one(graph, 'Private1RouteTable').inputs.routes = [{ cidrBlock: '0.0.0.0/0', natGatewayId: 'NatInstance_id' }]
    },
  },
  {
    mistake: 'private DNS off',
    check: 'AWS service names resolve to the endpoints in the region of the stage',
    mutate: within('EcrApiEndpoint', (inputs) => {
      inputs.privateDnsEnabled = false
    }),
  },
  {
    mistake: 'an engine version that does not exist',
    check: 'the cache engine version exists, and its parameters belong to that version',
    mutate: within('CacheCluster', (inputs) => {
      inputs.engineVersion = '7.4'
    }),
  },
  {
    mistake: 'a scale-out cooldown of 6,000 s',
    check: 'scale-out repeats within five minutes, and scale-in follows within fifteen',
    mutate: within('WebAutoScalingRequestCountPolicy', (inputs) => {
      inputs.targetTrackingScalingPolicyConfiguration.scaleOutCooldown = 6000
    }),
  },
  {
    mistake: 'an alarm with a range longer than a day',
    check: 'alarms watch one metric or expression, with a period and range that CloudWatch allows',
    mutate: within('UnhealthyTasks', (inputs) => {
      inputs.period = 21_600
    }),
  },
  {
    mistake: 'a health check timeout longer than its interval',
    check: 'health check settings are within AWS limits, and the timeout is shorter than the interval',
    mutate: within('WebTargetWebHTTP3000', ({ healthCheck }) => {
      healthCheck.timeout = 30
    }),
  },
  {
    mistake: 'parameters of another cache engine version',
    check: 'the cache engine version exists, and its parameters belong to that version',
    mutate: within('CacheParameterGroup', (inputs) => {
      inputs.family = 'valkey8'
    }),
  },
  {
    mistake: 'two subnets that overlap',
    check: 'subnets are inside the network, do not overlap and have a size that AWS allows',
    mutate: within('PrivateSubnet2', (inputs) => {
      inputs.cidrBlock = '10.0.128.0/19'
    }),
  },
  {
    mistake: 'a task size that Fargate does not have',
    check: 'task sizes exist on Fargate, and referenced ports and volumes exist in the container',
    mutate: within('WebTask', (inputs) => {
      inputs.memory = '16384'
    }),
  },
  {
    mistake: 'scaling steps with a gap between them',
    check: 'scaling steps are contiguous, and bounds are in order',
    mutate: within('WorkersOut', ({ stepScalingPolicyConfiguration }) => {
      stepScalingPolicyConfiguration.stepAdjustments[0].metricIntervalUpperBound = '1000'
    }),
  },
  {
    mistake: 'log retention of 45 days',
    check: 'log retention is a value that CloudWatch supports',
    mutate: within('WebLogGroupWeb', (inputs) => {
      inputs.retentionInDays = 45
    }),
  },
  {
    mistake: 'a misspelled property',
    check: 'every resource has all required properties and no unknown ones',
    mutate: within('WebLoadBalancer', (inputs) => {
      inputs.idleTimeOut = inputs.idleTimeout
    }),
  },
  {
    mistake: 'two alarms with the same name',
    check: 'names are valid in AWS and unique per resource type',
    mutate: within('Latency', (inputs) => {
      inputs.name = inputs.name.replace('latency', 'server-errors')
    }),
  },
]
