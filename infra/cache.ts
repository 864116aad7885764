import type { Network } from './network'
import { CACHE_PORT, type SecurityGroups } from './security-groups'
import type { Stage } from './stages'

export interface CreatedCache {
  /** Its address, with the password in it. */
  url: $util.Output<string>
  /** What CloudWatch calls each of its nodes; which of them takes writes changes. */
  nodes: $util.Output<string>[]
}

/** Valkey over TLS with a password: the queue, the result cache and the limits of all tasks. */
export function createCache(
  { node, replicas }: NonNullable<Stage['cache']>,
  network: Network,
  groups: SecurityGroups,
): CreatedCache {
  const cache = new sst.aws.Redis('Cache', {
    engine: 'valkey',
    instance: node,
    cluster: false,
    // A queue must not be forgotten to make room.
    parameters: { 'maxmemory-policy': 'noeviction' },
    vpc: {
      subnets: network.privateSubnets.map(({ id }) => id),
      securityGroups: [groups.cache.id],
    },
    transform: {
      cluster: (args) => {
        args.numCacheClusters = 1 + replicas
        args.automaticFailoverEnabled = replicas > 0
        args.multiAzEnabled = replicas > 0
        args.snapshotRetentionLimit = replicas > 0 ? 7 : 0
      },
    },
  })
  const url = $util
    .all([cache.host, cache.password])
    .apply(([host, password]) => `rediss://default:${encodeURIComponent(password ?? '')}@${host}:${CACHE_PORT}`)
  const members = cache.nodes.cluster.memberClusters
  return { url, nodes: Array.from({ length: 1 + replicas }, (_, i) => members.apply((names) => names[i] ?? '')) }
}
