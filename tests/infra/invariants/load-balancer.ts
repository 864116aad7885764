import { settingsStageOf, stageOf } from '@/infra/stages'
import {
  container,
  differ,
  drop,
  environment,
  type Graph,
  has,
  type Invariant,
  one,
  regionOf,
  services,
} from '../graph'

const TARGET = 'WebTargetWebHTTP3000'
/** The app closes an idle connection after this time; see lib/server/host/serve.ts. */
const KEEP_ALIVE = 75
/** Deadline of a photo. */
const DEADLINE = 30
/** Maximum on Fargate. */
const LONGEST_STOP = 120

const isPublic = (graph: Graph) => has(graph, 'Certificate')

export const LOAD_BALANCER: Invariant[] = [
  {
    name: 'a stage with a domain serves TLS and redirects HTTP; a stage without one serves HTTP',
    check(graph) {
      const action = (name: string) => one(graph, name).inputs.defaultActions[0]
      const plain = action('WebListenerHTTP80')
      if (!isPublic(graph)) return differ('plain HTTP', plain.type, 'forward')
      const tls = one(graph, 'WebListenerHTTPS443').inputs
      return [
        ...differ('plain HTTP', plain.redirect, { port: '443', protocol: 'HTTPS', statusCode: 'HTTP_301' }),
        ...differ('TLS', tls.defaultActions[0].type, 'forward'),
        ...differ('policy', tls.sslPolicy, 'ELBSecurityPolicy-TLS13-1-2-2021-06'),
        ...differ('certificate', tls.certificateArn, 'arn:aws:mock:::Certificate'),
      ]
    },
    mutations: {
      'nothing behind port 80': (graph) => {
        one(graph, 'WebListenerHTTP80').inputs.defaultActions = [{ type: 'fixed-response' }]
      },
      'an outdated TLS policy': (graph) => {
        if (!isPublic(graph)) return false
        one(graph, 'WebListenerHTTPS443').inputs.sslPolicy = 'ELBSecurityPolicy-2016-08'
      },
      'plain HTTP served besides TLS': (graph) => {
        if (!isPublic(graph)) return false
        one(graph, 'WebListenerHTTP80').inputs.defaultActions = [{ type: 'forward' }]
      },
    },
  },
  {
    name: 'one region owns the domain validation record',
    check(graph) {
      if (!isPublic(graph)) return []
      const first = settingsStageOf(stageOf(graph.stage)).name === graph.stage
      const { validationRecordFqdns } = one(graph, 'CertificateValid').inputs
      return [
        ...differ('record', has(graph, 'CertificateProof'), first),
        ...differ('waits for its own', validationRecordFqdns !== undefined, first),
      ]
    },
    mutations: {
      'two owners, or none': (graph) => {
        if (!isPublic(graph)) return false
        if (has(graph, 'CertificateProof')) return drop(graph, /^CertificateProof$/)
        graph.resources.push({ type: 'aws:route53/record:Record', name: 'CertificateProof', inputs: {}, after: [] })
      },
    },
  },
  {
    name: 'with a domain, DNS routes to the nearest healthy region',
    check(graph) {
      if (!isPublic(graph)) return []
      const { latencyRoutingPolicies, setIdentifier, aliases } = one(graph, 'Domain').inputs
      return [
        ...differ('routing', [latencyRoutingPolicies, setIdentifier], [[{ region: regionOf(graph) }], regionOf(graph)]),
        ...differ('health', aliases[0].evaluateTargetHealth, true),
      ]
    },
    mutations: {
      'a record for another region': (graph) => {
        if (!isPublic(graph)) return false
        one(graph, 'Domain').inputs.setIdentifier = 'us-east-1'
      },
      'traffic to an unhealthy region': (graph) => {
        if (!isPublic(graph)) return false
        one(graph, 'Domain').inputs.aliases[0].evaluateTargetHealth = false
      },
    },
  },
  {
    name: 'the load balancer is in public subnets, has its own security group and writes access logs',
    check(graph) {
      const { internal, subnets, securityGroups, accessLogs, dropInvalidHeaderFields } = one(
        graph,
        'WebLoadBalancer',
      ).inputs
      return [
        ...differ('internal', internal, false),
        ...differ('subnets', subnets, ['PublicSubnet1_id', 'PublicSubnet2_id']),
        ...differ('groups', securityGroups, ['BalancerSecurityGroup_id']),
        ...differ('log', accessLogs?.enabled, true),
        ...differ('invalid headers dropped', dropInvalidHeaderFields, true),
      ]
    },
    mutations: {
      "SST's group": (graph) => {
        one(graph, 'WebLoadBalancer').inputs.securityGroups = ['WebLoadBalancerSecurityGroup_id']
      },
      'no log': (graph) => {
        one(graph, 'WebLoadBalancer').inputs.accessLogs.enabled = false
      },
      'private subnets': (graph) => {
        one(graph, 'WebLoadBalancer').inputs.subnets = ['PrivateSubnet1_id', 'PrivateSubnet2_id']
      },
      'invalid headers forwarded': (graph) => {
        one(graph, 'WebLoadBalancer').inputs.dropInvalidHeaderFields = false
      },
    },
  },
  {
    name: 'the health check uses the readiness endpoint',
    check(graph) {
      const { path, matcher } = one(graph, TARGET).inputs.healthCheck
      const grace = one(graph, 'WebService').inputs.healthCheckGracePeriodSeconds
      return [
        ...differ('path', path, '/health/ready'),
        ...differ('matcher', matcher, '200'),
        ...(grace >= 60 ? [] : [`the grace period is ${grace} s`]),
      ]
    },
    mutations: {
      'a liveness check': (graph) => {
        one(graph, TARGET).inputs.healthCheck.path = '/health/live'
      },
      'a check of the page': (graph) => {
        one(graph, TARGET).inputs.healthCheck.path = '/'
      },
      'no grace period': (graph) => {
        one(graph, 'WebService').inputs.healthCheckGracePeriodSeconds = 0
      },
    },
  },
  {
    name: 'stopping tasks lose no requests: deregistration, drain and stop timeouts fit together',
    check(graph) {
      const { interval, unhealthyThreshold } = one(graph, TARGET).inputs.healthCheck
      const { deregistrationDelay } = one(graph, TARGET).inputs
      const { idleTimeout } = one(graph, 'WebLoadBalancer').inputs
      const seconds = (service: string, name: string) => Number(environment(graph, service)[name]) / 1000
      const delay = seconds('Web', 'SHUTDOWN_DELAY_MS')
      const broken = services(graph).flatMap((service) => {
        const { stopTimeout } = container(graph, service)
        const whole = (service === 'Web' ? delay : 0) + seconds(service, 'SHUTDOWN_TIMEOUT_MS')
        return [
          ...(whole < stopTimeout ? [] : [`${service} is killed after ${stopTimeout} s but needs ${whole} s`]),
          ...(stopTimeout <= LONGEST_STOP ? [] : [`Fargate allows ${LONGEST_STOP} s, not ${stopTimeout} s`]),
        ]
      })
      return [
        ...broken,
        ...(delay >= interval * unhealthyThreshold ? [] : [`${delay} s is too short for the load balancer to notice`]),
        ...(deregistrationDelay >= delay + DEADLINE ? [] : ['the load balancer deregisters a task that still serves']),
        ...(idleTimeout < KEEP_ALIVE ? [] : ['the app closes connections before the load balancer']),
      ]
    },
    mutations: {
      'ECS does not wait': (graph) => changeStop(graph, 10),
      'ECS waits longer than Fargate does': (graph) => changeStop(graph, 300),
      'no deregistration delay': (graph) => {
        one(graph, TARGET).inputs.deregistrationDelay = 5
      },
      'no shutdown delay': (graph) => {
        const task = one(graph, 'WebTask').inputs
        const text = JSON.stringify(container(graph, 'Web')).replace(/("SHUTDOWN_DELAY_MS","value":")\d+/, '$10')
        task.containerDefinitions = `[${text}]`
      },
      'a longer idle timeout than the app': (graph) => {
        one(graph, 'WebLoadBalancer').inputs.idleTimeout = 120
      },
    },
  },
  {
    name: 'the production load balancer has deletion protection',
    check: (graph) =>
      differ('protected', one(graph, 'WebLoadBalancer').inputs.enableDeletionProtection, stageOf(graph.stage).protect),
    mutations: {
      'the opposite': (graph) => {
        const { inputs } = one(graph, 'WebLoadBalancer')
        inputs.enableDeletionProtection = !inputs.enableDeletionProtection
      },
    },
  },
  {
    name: 'only the web service is behind the load balancer',
    check: (graph) => [
      ...differ('web', one(graph, 'WebService').inputs.loadBalancers.length, 1),
      ...(has(graph, 'WorkerService')
        ? differ('worker', (one(graph, 'WorkerService').inputs.loadBalancers ?? []).length, 0)
        : []),
    ],
    mutations: {
      'no service': (graph) => {
        one(graph, 'WebService').inputs.loadBalancers = []
      },
      'no target group': (graph) => drop(graph, /^WebService$/),
    },
  },
]

function changeStop(graph: Graph, seconds: number): void {
  const changed = { ...container(graph, 'Web'), stopTimeout: seconds }
  one(graph, 'WebTask').inputs.containerDefinitions = JSON.stringify([changed])
}
