import { ClusterRedis, type RedisClient } from './clients'

/** What Redis does when its memory is full. `losesJobs`: it evicts any key, including those of jobs. */
export interface Eviction {
  policy: string
  losesJobs: boolean
}

/** The policy of a server that doesn't keep everything (`noeviction`); null if all do, or don't say. */
export async function evictionPolicy(redis: RedisClient): Promise<Eviction | null> {
  const servers = redis instanceof ClusterRedis ? redis.nodes('master') : [redis]
  const said = await Promise.all(servers.map((server) => server.info('memory').catch(() => '')))
  const policies = said.map((info) => /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction')
  const policy = policies.find((each) => each.startsWith('allkeys')) ?? policies.find((each) => each !== 'noeviction')
  return policy === undefined ? null : { policy, losesJobs: policy.startsWith('allkeys') }
}

export const EVICTION_WARNING =
  'Redis evicts keys that are in use when its memory is full; set maxmemory-policy to noeviction'
