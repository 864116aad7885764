import type { Alarm } from './alarms'

const MINUTE = 60

/**
 * What goes wrong in the cache, for each of its nodes. It carries the queue and forgets nothing to make room: when it is full, jobs are refused.
 *
 * @param nodes what CloudWatch calls them
 */
export function cacheAlarms(nodes: readonly $util.Output<string>[]): Record<string, Alarm> {
  return Object.assign({}, ...nodes.map((node, i) => nodeAlarms(node, i + 1, nodes.length > 1)))
}

function nodeAlarms(node: $util.Output<string>, number: number, replicated: boolean): Record<string, Alarm> {
  const of = (metricName: string, threshold: number, more: Partial<Alarm> & { alarmDescription: string }): Alarm => ({
    namespace: 'AWS/ElastiCache',
    metricName,
    dimensions: { CacheClusterId: node },
    statistic: 'Maximum',
    period: MINUTE,
    evaluationPeriods: 5,
    comparisonOperator: 'GreaterThanThreshold',
    threshold,
    ...more,
  })
  return {
    [`cache-memory-${number}`]: of('DatabaseMemoryUsagePercentage', 75, {
      alarmDescription:
        'The cache is three quarters full, or this node is not heard of. When it is full, jobs are refused.',
      treatMissingData: 'breaching',
    }),
    // One core runs all commands, however many the node has.
    [`cache-cpu-${number}`]: of('EngineCPUUtilization', 80, {
      alarmDescription: 'The core that runs all commands of the cache has no time left.',
    }),
    [`cache-evictions-${number}`]: of('Evictions', 0, {
      alarmDescription:
        'The cache forgets what it was to keep: its maxmemory-policy is not noeviction any more, and jobs are lost.',
      statistic: 'Sum',
      evaluationPeriods: 1,
      treatMissingData: 'notBreaching',
    }),
    ...(replicated
      ? {
          [`cache-replication-${number}`]: of('ReplicationLag', 30, {
            alarmDescription: 'The second node is half a minute behind: a failover now would lose that much.',
            // Only a replica has a lag.
            treatMissingData: 'notBreaching',
          }),
        }
      : {}),
  }
}
