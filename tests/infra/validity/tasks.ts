import { all, changeContainer, container, type Graph, type Invariant, one, services } from '../graph'
import { DEREGISTRATION_DELAY, FARGATE, HEALTH_CHECK, IDLE_TIMEOUT, MOST_STOP_TIMEOUT } from './limits'

const TARGET = 'WebTargetWebHTTP3000'
const health = (graph: Graph) => one(graph, TARGET).inputs.healthCheck

const within = (what: string, value: number, [least, most]: readonly [number, number]) =>
  value >= least && value <= most ? [] : [`${what} is ${value}; from ${least} to ${most}`]

function taskFaults(graph: Graph, service: string): string[] {
  const { cpu, memory, networkMode, requiresCompatibilities } = one(graph, `${service}Task`).inputs
  const { name, stopTimeout, portMappings, mountPoints } = container(graph, service)
  const volumes = (one(graph, `${service}Task`).inputs.volumes ?? []).map((volume: { name: string }) => volume.name)
  return [
    ...(FARGATE[Number(cpu)]?.(Number(memory))
      ? []
      : [`${service}: Fargate has no task size with ${cpu} CPU units and ${memory} MB`]),
    ...(networkMode === 'awsvpc' && requiresCompatibilities?.includes('FARGATE')
      ? []
      : [`${service} is not a Fargate task`]),
    ...within(`${service}’s stop timeout`, stopTimeout, [0, MOST_STOP_TIMEOUT]),
    ...portMappings.flatMap(
      ({ containerPort = 0, hostPort = containerPort }: { containerPort?: number; hostPort?: number }) =>
        containerPort === hostPort ? [] : [`${service}: port ${hostPort} is not ${containerPort}, as Fargate requires`],
    ),
    ...mountPoints
      .filter(({ sourceVolume }) => !volumes.includes(sourceVolume))
      .map(({ sourceVolume }) => `${service} has no volume ${sourceVolume}`),
    ...balancerFaults(graph, service, name),
  ]
}

/** The load balancer must forward to a container and port of the task. */
function balancerFaults(graph: Graph, service: string, container_: string): string[] {
  const ports = container(graph, service).portMappings.map(({ containerPort }) => containerPort)
  const targets = (one(graph, `${service}Service`).inputs.loadBalancers ?? []) as {
    containerName: string
    containerPort: number
  }[]
  return targets
    .filter(({ containerName, containerPort }) => containerName !== container_ || !ports.includes(containerPort))
    .map(({ containerName, containerPort }) => `${service} has no ${containerName}:${containerPort}`)
}

export const VALID_TASKS: Invariant[] = [
  {
    name: 'task sizes exist on Fargate, and referenced ports and volumes exist in the container',
    check: (graph) => services(graph).flatMap((service) => taskFaults(graph, service)),
    mutations: {
      'too much memory for its CPU': (graph) => {
        Object.assign(one(graph, 'WebTask').inputs, { cpu: '256', memory: '4096' })
      },
      'an unknown size': (graph) => {
        one(graph, 'WebTask').inputs.cpu = '768'
      },
      'memory between two sizes': (graph) => {
        one(graph, 'WebTask').inputs.memory = '1500'
      },
      'bridge networking': (graph) => {
        one(graph, 'WebTask').inputs.networkMode = 'bridge'
      },
      'a stop timeout of five minutes': (graph) =>
        changeContainer(graph, 'Web', (one) => Object.assign(one, { stopTimeout: 300 })),
      'a different host port': (graph) =>
        changeContainer(graph, 'Web', (one) =>
          Object.assign(one, { portMappings: [{ containerPort: 3000, hostPort: 80 }] }),
        ),
      'a different target port': (graph) => {
        one(graph, 'WebService').inputs.loadBalancers[0].containerPort = 8080
      },
      'a missing volume': (graph) => {
        one(graph, 'WebTask').inputs.volumes = [{ name: 'other' }]
      },
    },
  },
  {
    name: 'health check settings are within AWS limits, and the timeout is shorter than the interval',
    check(graph) {
      const check = health(graph)
      const { deregistrationDelay } = one(graph, TARGET).inputs
      return [
        ...Object.entries(HEALTH_CHECK).flatMap(([name, range]) => within(name, check[name], range)),
        ...(check.timeout < check.interval ? [] : [`interval ${check.interval} s, timeout ${check.timeout} s`]),
        ...(/^\/\S{0,1023}$/.test(check.path) ? [] : [`asks ${check.path}`]),
        ...within('deregistration delay', deregistrationDelay, DEREGISTRATION_DELAY),
        ...within('idle timeout', one(graph, 'WebLoadBalancer').inputs.idleTimeout, IDLE_TIMEOUT),
        ...all(graph, /lb\/listener:/).flatMap(({ name, inputs }) =>
          (inputs.protocol === 'HTTPS') === (inputs.certificateArn !== undefined)
            ? []
            : [`${name}: ${inputs.protocol} and its certificate`],
        ),
      ]
    },
    mutations: {
      'a timeout longer than the interval': (graph) => {
        health(graph).timeout = health(graph).interval
      },
      'an interval of one second': (graph) => {
        health(graph).interval = 1
      },
      'a threshold of one failure': (graph) => {
        health(graph).unhealthyThreshold = 1
      },
      'an invalid path': (graph) => {
        health(graph).path = 'health/ready'
      },
      'a deregistration delay of hours': (graph) => {
        one(graph, TARGET).inputs.deregistrationDelay = 7200
      },
      'a certificate for plain HTTP': (graph) => {
        one(graph, 'WebListenerHTTP80').inputs.certificateArn = 'arn:aws:mock:::Certificate'
      },
    },
  },
]
