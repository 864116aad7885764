import { stageOf } from '@/infra/stages'
import { all, type Graph, has, type Invariant, one, services } from '../graph'

/** Missing dependencies of a resource. */
function missing(graph: Graph, name: string, wanted: readonly string[]): string[] {
  const { after } = one(graph, name)
  return wanted.filter((each) => !after.includes(each)).map((each) => `${name} does not depend on ${each}`)
}

const names = (graph: Graph, pattern: RegExp) =>
  graph.resources.map(({ name }) => name).filter((name) => pattern.test(name))

/** What must exist before a task can fetch its image and secrets, and be reached. */
function before(graph: Graph, service: string): string[] {
  return [
    ...names(graph, /^Private\d+Association$/),
    ...names(graph, /Endpoint$/),
    ...names(graph, new RegExp(`^${service}To|^BalancerTo`)),
    ...(service === 'Web' ? names(graph, /^WebListener|^BalancerFromInternet/) : []),
  ]
}

const forgets = (name: string, pattern: RegExp) => (graph: Graph) => {
  if (!has(graph, name)) return false
  const resource = one(graph, name)
  const kept = resource.after.filter((each) => !pattern.test(each))
  if (kept.length === resource.after.length) return false
  resource.after = kept
}

/** Creation order: AWS refuses some resources, and others fail, if what they use doesn't exist yet. */
export const ORDER: Invariant[] = [
  {
    name: 'services depend on their listeners, routes, rules and endpoints',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const wanted = before(graph, service)
        const listeners = wanted.filter((name) => name.startsWith('WebListener')).length
        return [
          ...missing(graph, `${service}Service`, wanted),
          ...(service === 'Web' && listeners !== (has(graph, 'Certificate') ? 2 : 1) ? ['listeners are missing'] : []),
          ...(wanted.length < stageOf(graph.stage).zones + 2 ? [`${service} has too few dependencies`] : []),
        ]
      }),
    mutations: {
      'no listener': forgets('WebService', /^WebListener/),
      'no TLS listener': forgets('WebService', /^WebListenerHTTPS/),
      'no route': forgets('WebService', /^Private1Association$/),
      'workers without a route': forgets('WorkerService', /Association$/),
      'no rule': forgets('WebService', /^WebToInternet443$/),
      'no endpoint': forgets('WorkerService', /^EcrDkrEndpoint$/),
    },
  },
  {
    name: 'services depend on their models and secrets',
    check: (graph) =>
      services(graph).flatMap((service) => [
        ...missing(graph, `${service}Task`, ['ModelChecksums']),
        ...(stageOf(graph.stage).cache ? missing(graph, `${service}Task`, ['RedisUrl']) : []),
        ...missing(graph, `${service}Service`, [`${service}Task`]),
      ]),
    mutations: {
      'no model': forgets('WebTask', /^ModelChecksums$/),
      'no cache URL': forgets('WorkerTask', /^RedisUrl$/),
    },
  },
  {
    name: 'load balancer and NAT depend on the internet route, and the balancer also on its log permission',
    check: (graph) => [
      ...missing(graph, 'WebLoadBalancer', [...names(graph, /^Public\d+Association$/), 'LogsPolicy']),
      ...all(graph, /ec2\/(natGateway:NatGateway|instance:Instance|eip:Eip)$/).flatMap(({ name }) =>
        missing(graph, name, names(graph, /^Public\d+Association$/)),
      ),
    ],
    mutations: {
      'a load balancer without a route': forgets('WebLoadBalancer', /^Public1Association$/),
      'a log without permission': forgets('WebLoadBalancer', /^LogsPolicy$/),
      'a gateway without a route': forgets('NatGateway1', /Association$/),
      'an instance without a route': forgets('NatInstance', /Association$/),
    },
  },
]
