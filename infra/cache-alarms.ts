import type { Alarm } from './alarms'

const MINUTE = 60

/**
 * Alarms for each cache node. The cache holds the queue and never evicts, so jobs are refused when it is full.
 *
 * @param nodes node IDs as CloudWatch reports them
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
        'The cache is three quarters full, or this node is not reporting. Jobs are refused when it is full.',
      treatMissingData: 'breaching',
    }),
    // A single core runs all commands, however many the node has.
    [`cache-cpu-${number}`]: of('EngineCPUUtilization', 80, {
      alarmDescription: 'The core that runs all cache commands is saturated.',
    }),
    [`cache-evictions-${number}`]: of('Evictions', 0, {
      alarmDescription:
        'The cache evicts keys: its maxmemory-policy is no longer noeviction, and jobs lose their progress.',
      statistic: 'Sum',
      evaluationPeriods: 1,
      treatMissingData: 'notBreaching',
    }),
    ...(replicated
      ? {
          [`cache-replication-${number}`]: of('ReplicationLag', 30, {
            alarmDescription: 'The second node lags by half a minute: a failover now would lose that much.',
            // Only a replica reports a lag.
            treatMissingData: 'notBreaching',
          }),
        }
      : {}),
  }
}
