import type { Network } from './network'
import { CACHE_PORT, type SecurityGroups } from './security-groups'
import type { Stage } from './stages'

export interface CreatedCache {
  /** The URL of the cache, including the password. */
  url: $util.Output<string>
  /** Node IDs as CloudWatch reports them. The primary can change. */
  nodes: $util.Output<string>[]
}

/** Valkey over TLS with a password. It holds the queue, the result cache and the rate limits of all tasks. */
export function createCache(
  { node, replicas }: NonNullable<Stage['cache']>,
  network: Network,
  groups: SecurityGroups,
): CreatedCache {
  const cache = new sst.aws.Redis('Cache', {
    engine: 'valkey',
    instance: node,
    cluster: false,
    // The cache holds a queue, so it must not evict keys.
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
