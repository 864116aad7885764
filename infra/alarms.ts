import { cacheAlarms } from './cache-alarms'
import { pascal } from './names'
import type { StageContext } from './stage-context'

/** Resources that the alarms watch. */
export interface Watched {
  web: sst.aws.Service
  worker: sst.aws.Service | null
  /** Node IDs of the cache as CloudWatch reports them; empty without a cache. */
  cache: readonly $util.Output<string>[]
}

export type Alarm = Omit<aws.cloudwatch.MetricAlarmArgs, 'alarmActions' | 'okActions' | 'name'>

/** Minutes after which a high metric is no longer a spike. */
const ALARM_MINUTES = 5
const MINUTE = 60

/**
 * An alarm for each way in which the site can degrade. docs/operations.md describes how to respond.
 *
 * @returns the topic that the alarms notify
 */
export function createAlarms(context: StageContext, watched: Watched): aws.sns.Topic {
  const { names, settings } = context
  const topic = new aws.sns.Topic('Alarms')
  if (settings.alarmEmail !== null) {
    new aws.sns.TopicSubscription('AlarmEmail', { topic: topic.arn, protocol: 'email', endpoint: settings.alarmEmail })
  }
  for (const [name, alarm] of Object.entries(alarmsOf(context, watched))) {
    new aws.cloudwatch.MetricAlarm(pascal(name), {
      ...alarm,
      name: names.alarm(name),
      alarmActions: [topic.arn],
      okActions: [topic.arn],
    })
  }
  return topic
}

function alarmsOf(context: StageContext, { web, worker, cache }: Watched): Record<string, Alarm> {
  return {
    ...taskAlarms('web', context, web),
    ...balancerAlarms(context, web),
    ...(worker === null ? {} : { ...taskAlarms('worker', context, worker), ...workerAlarms(context) }),
    ...cacheAlarms(cache),
  }
}

/** CPU and memory of a service's tasks. */
function taskAlarms(kind: string, { cluster }: StageContext, service: sst.aws.Service): Record<string, Alarm> {
  const of = (metricName: string, threshold: number, alarmDescription: string): Alarm => ({
    alarmDescription,
    namespace: 'AWS/ECS',
    metricName,
    dimensions: { ClusterName: cluster.nodes.cluster.name, ServiceName: service.nodes.service.name },
    statistic: 'Average',
    period: MINUTE,
    evaluationPeriods: ALARM_MINUTES,
    comparisonOperator: 'GreaterThanThreshold',
    threshold,
  })
  // Workers are meant to be busy, so only web tasks have a CPU alarm.
  const cpu = kind === 'web' ? { [`${kind}-cpu`]: of('CPUUtilization', 85, 'The web tasks are out of CPU.') } : {}
  return { ...cpu, [`${kind}-memory`]: of('MemoryUtilization', 85, `The ${kind} tasks are low on memory.`) }
}

/** Alarms on what visitors experience: errors, latency and the number of healthy tasks. */
function balancerAlarms({ stage }: StageContext, web: sst.aws.Service): Record<string, Alarm> {
  const balancer = { LoadBalancer: web.nodes.loadBalancer.arnSuffix }
  const target = { ...balancer, TargetGroup: targetGroupOf(web) }
  const metric = (id: string, metricName: string, stat: string): aws.types.input.cloudwatch.MetricAlarmMetricQuery => ({
    id,
    metric: { namespace: 'AWS/ApplicationELB', metricName, dimensions: balancer, stat, period: MINUTE },
  })
  const hosts = {
    namespace: 'AWS/ApplicationELB',
    dimensions: target,
    period: MINUTE,
    evaluationPeriods: ALARM_MINUTES,
  }
  return {
    'server-errors': {
      alarmDescription: 'More than 1% of responses are server errors.',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 1,
      evaluationPeriods: ALARM_MINUTES,
      datapointsToAlarm: 3,
      treatMissingData: 'notBreaching',
      metricQueries: [
        metric('ours', 'HTTPCode_Target_5XX_Count', 'Sum'),
        metric('balancers', 'HTTPCode_ELB_5XX_Count', 'Sum'),
        metric('all', 'RequestCount', 'Sum'),
        {
          id: 'rate',
          expression: '100 * (FILL(ours, 0) + FILL(balancers, 0)) / all',
          label: 'server errors per 100 requests',
          returnData: true,
        },
      ],
    },
    latency: {
      alarmDescription: 'One response in a hundred takes longer than 2 s.',
      namespace: 'AWS/ApplicationELB',
      metricName: 'TargetResponseTime',
      dimensions: balancer,
      extendedStatistic: 'p99',
      period: MINUTE,
      evaluationPeriods: ALARM_MINUTES,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 2,
      treatMissingData: 'notBreaching',
    },
    'unhealthy-tasks': {
      ...hosts,
      alarmDescription: 'A running task is unhealthy and gets no requests.',
      metricName: 'UnHealthyHostCount',
      statistic: 'Maximum',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
    },
    'running-tasks': {
      ...hosts,
      alarmDescription: 'Fewer web tasks are healthy than the minimum.',
      metricName: 'HealthyHostCount',
      statistic: 'Minimum',
      comparisonOperator: 'LessThanThreshold',
      threshold: stage.web.min,
      treatMissingData: 'breaching',
    },
    ...(stage.web.max > stage.web.min
      ? {
          'most-tasks': {
            ...hosts,
            alarmDescription: 'The maximum number of web tasks is running: additional load is refused.',
            metricName: 'HealthyHostCount',
            statistic: 'Maximum',
            evaluationPeriods: 3 * ALARM_MINUTES,
            comparisonOperator: 'GreaterThanOrEqualToThreshold',
            threshold: stage.web.max,
          },
        }
      : {}),
  }
}

/** Alarms on the app's own job metrics. */
function workerAlarms({ names }: StageContext): Record<string, Alarm> {
  const { namespace, environment } = names.metrics
  const of = (service: string) => ({ namespace, dimensions: { Environment: environment, Service: service } })
  return {
    'queue-age': {
      ...of('web'),
      alarmDescription: 'A runnable job has made no progress for ten minutes.',
      metricName: 'BacklogWait',
      statistic: 'Maximum',
      period: MINUTE,
      evaluationPeriods: ALARM_MINUTES,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 600,
    },
    'running-workers': {
      ...of('worker'),
      alarmDescription: 'No batch worker is reporting.',
      metricName: 'WorkersReady',
      statistic: 'Maximum',
      period: MINUTE,
      evaluationPeriods: ALARM_MINUTES,
      comparisonOperator: 'LessThanThreshold',
      threshold: 1,
      treatMissingData: 'breaching',
    },
  }
}

/** `targetgroup/…` of the web service, in the form that CloudWatch uses as a dimension. */
export function targetGroupOf(web: sst.aws.Service): $util.Output<string> {
  return web.nodes.service.loadBalancers.apply((balancers) => {
    const arn = balancers?.[0]?.targetGroupArn
    if (arn === undefined) throw new Error('the web service has a target group')
    return arn.slice(arn.lastIndexOf(':') + 1)
  })
}
