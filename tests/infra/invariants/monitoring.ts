import { type Stage, stageOf } from '@/infra/stages'
import { BACKLOG, COUNTS, GAUGES, TIMES } from '@/lib/server/observe/cloudwatch-metrics'
import {
  all,
  changeContainer,
  container,
  differ,
  drop,
  environment,
  type Graph,
  has,
  type Invariant,
  one,
  services,
} from '../graph'

const ALARMS = ['WebCpu', 'WebMemory', 'ServerErrors', 'Latency', 'UnhealthyTasks', 'RunningTasks']
const OF_WORKERS = ['WorkerMemory', 'QueueAge', 'RunningWorkers']
/** For each node of the cache; only a second node can lag. */
const ofCache = (cache: Stage['cache']) =>
  Array.from({ length: cache ? 1 + cache.replicas : 0 }, (_, i) =>
    ['Memory', 'Cpu', 'Evictions', ...(cache?.replicas ? ['Replication'] : [])].map((what) => `Cache${what}${i + 1}`),
  ).flat()
/** They only scale and notify no one. */
const SCALING = /^(PhotosWait|NoPhotoWaits)$/

const FIGURES: readonly string[] = [...COUNTS, ...TIMES, ...GAUGES, ...BACKLOG]

const alarms = (graph: Graph) =>
  all(graph, 'aws:cloudwatch/metricAlarm:MetricAlarm').filter(({ name }) => !SCALING.test(name))

/** Metric, statistic, and the meaning of missing data. */
const OF_CACHE: Record<string, unknown[]> = {
  Memory: ['DatabaseMemoryUsagePercentage', 'Maximum', 'breaching'],
  Cpu: ['EngineCPUUtilization', 'Maximum', null],
  Evictions: ['Evictions', 'Sum', 'notBreaching'],
  Replication: ['ReplicationLag', 'Maximum', 'notBreaching'],
}

export const MONITORING: Invariant[] = [
  {
    name: 'logs are at /ecs/<project>-<stage>, follow the retention in the table and never block tasks',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const { inputs } = one(graph, `${service}LogGroup${service}`)
        const { options } = container(graph, service).logConfiguration
        const name = `/ecs/vision-classifier-${graph.stage}${service === 'Worker' ? '-worker' : ''}`
        return [
          ...differ('group', inputs.name, name),
          ...differ('written to', options['awslogs-group'], name),
          ...differ('days', inputs.retentionInDays, stageOf(graph.stage).logDays),
          ...differ('mode', options.mode, 'non-blocking'),
        ]
      }),
    mutations: {
      'another name': (graph) => {
        one(graph, 'WebLogGroupWeb').inputs.name = '/sst/cluster/web'
      },
      'unlimited retention': (graph) => {
        one(graph, 'WebLogGroupWeb').inputs.retentionInDays = 0
      },
      'blocking logs': (graph) => changeContainer(graph, 'Web', (one) => delete one.logConfiguration.options.mode),
    },
  },
  {
    name: 'every failure mode has an alarm, and every alarm notifies the topic',
    check(graph) {
      const { worker, web, cache } = stageOf(graph.stage)
      const more = web.max > web.min ? ['MostTasks'] : []
      const wanted = [...ALARMS, ...more, ...(worker ? OF_WORKERS : []), ...ofCache(cache)].sort()
      return [
        ...differ(
          'alarms',
          alarms(graph)
            .map(({ name }) => name)
            .sort(),
          wanted,
        ),
        ...alarms(graph).flatMap(({ name, inputs }) => [
          ...differ(`${name} notifies`, inputs.alarmActions, ['arn:aws:mock:::Alarms']),
          ...differ(`${name} is called`, inputs.name.startsWith(`vision-classifier-${graph.stage}-`), true),
        ]),
      ]
    },
    mutations: {
      'no alarm on errors': (graph) => drop(graph, /^ServerErrors$/),
      'no alarm on CPU': (graph) => drop(graph, /^WebCpu$/),
      'no alarm on a full cache': (graph) => drop(graph, /^CacheMemory1$/),
      'no alarm on the second node': (graph) => drop(graph, /^CacheReplication2$/),
      'no notification': (graph) => {
        one(graph, 'Latency').inputs.alarmActions = []
      },
      "another stage's name": (graph) => {
        one(graph, 'Latency').inputs.name = 'vision-classifier-other-latency'
      },
    },
  },
  {
    name: 'alarms watch the tasks of their own stage and the metric that they describe',
    check(graph) {
      const { threshold, treatMissingData, metricName } = one(graph, 'RunningTasks').inputs
      const looksAt = (name: string) => {
        const { metricName: metric, extendedStatistic, statistic, dimensions } = one(graph, name).inputs
        return [metric, extendedStatistic ?? statistic, Object.keys(dimensions).sort().join()]
      }
      return [
        ...differ(
          'running',
          [metricName, threshold, treatMissingData],
          ['HealthyHostCount', stageOf(graph.stage).web.min, 'breaching'],
        ),
        ...differ('latency', looksAt('Latency'), ['TargetResponseTime', 'p99', 'LoadBalancer']),
        ...differ('CPU', looksAt('WebCpu'), ['CPUUtilization', 'Average', 'ClusterName,ServiceName']),
        ...differ('memory', looksAt('WebMemory'), ['MemoryUtilization', 'Average', 'ClusterName,ServiceName']),
        ...differ('unhealthy', looksAt('UnhealthyTasks'), [
          'UnHealthyHostCount',
          'Maximum',
          'LoadBalancer,TargetGroup',
        ]),
      ]
    },
    mutations: {
      'missing data is fine': (graph) => {
        one(graph, 'RunningTasks').inputs.treatMissingData = 'notBreaching'
      },
      'the mean instead of p99': (graph) => {
        one(graph, 'Latency').inputs.extendedStatistic = 'p50'
      },
      'every service in the account': (graph) => {
        one(graph, 'WebCpu').inputs.dimensions = {}
      },
      'a lower threshold for tasks': (graph) => {
        one(graph, 'RunningTasks').inputs.threshold = 0
      },
    },
  },
  {
    name: 'each cache node has alarms for memory, engine CPU, evictions and replication lag',
    check: (graph) =>
      all(graph, 'aws:cloudwatch/metricAlarm:MetricAlarm')
        .filter(({ name }) => name.startsWith('Cache'))
        .flatMap(({ name, inputs }) => {
          const [, what = '', number = ''] = /^Cache([A-Za-z]+)(\d)$/.exec(name) ?? []
          const { namespace, metricName, dimensions, statistic, treatMissingData, threshold } = inputs
          return [
            ...differ(
              name,
              [namespace, metricName, statistic, treatMissingData],
              ['AWS/ElastiCache', ...(OF_CACHE[what] ?? [])],
            ),
            ...differ(`node of ${name}`, dimensions, { CacheClusterId: `cache-00${number}` }),
            ...(what === 'Evictions' ? differ('evictions', threshold, 0) : []),
            ...(['Memory', 'Cpu'].includes(what) && !(threshold <= 90) ? [`${name} fires at ${threshold}%`] : []),
          ]
        }),
    mutations: {
      'the first node twice': (graph) => {
        if (!has(graph, 'CacheCpu2')) return false
        one(graph, 'CacheCpu2').inputs.dimensions = { CacheClusterId: 'cache-001' }
      },
      'a node without data is fine': (graph) => {
        if (!has(graph, 'CacheMemory1')) return false
        one(graph, 'CacheMemory1').inputs.treatMissingData = 'notBreaching'
      },
      'some evictions are fine': (graph) => {
        if (!has(graph, 'CacheEvictions1')) return false
        one(graph, 'CacheEvictions1').inputs.threshold = 100
      },
      'only when the cache is full': (graph) => {
        if (!has(graph, 'CacheMemory1')) return false
        one(graph, 'CacheMemory1').inputs.threshold = 100
      },
    },
  },
  {
    name: 'application metrics are referenced by the names that the app emits',
    check(graph) {
      const { PROJECT_NAME, ENVIRONMENT } = environment(graph, 'Web')
      const shown = [...dashboardText(graph).matchAll(new RegExp(`"${PROJECT_NAME}","(\\w+)"`, 'g'))].map(
        ([, name]) => name,
      )
      const unknown = (name: unknown) => (FIGURES.includes(name as string) ? [] : [`the app does not emit ${name}`])
      return all(graph, 'aws:cloudwatch/metricAlarm:MetricAlarm')
        .filter(({ inputs }) => inputs.namespace && !inputs.namespace.startsWith('AWS/'))
        .flatMap(({ name, inputs }) => [
          ...differ(`namespace of ${name}`, inputs.namespace, PROJECT_NAME),
          ...differ(`stage of ${name}`, inputs.dimensions.Environment, ENVIRONMENT),
          ...unknown(inputs.metricName),
        ])
        .concat(
          shown.flatMap(unknown),
          differ(
            'dashboard',
            dashboardText(graph).includes(`"${PROJECT_NAME}","RunTime","Environment","${ENVIRONMENT}"`),
            true,
          ),
        )
    },
    mutations: {
      'a metric that the app does not emit': (graph) => {
        const { inputs } = one(graph, 'Dashboard')
        inputs.dashboardBody = inputs.dashboardBody.replaceAll('"RunTime"', '"RunningTime"')
      },
      'another namespace': (graph) =>
        changeContainer(graph, 'Web', (container) => {
          for (const entry of container.environment) if (entry.name === 'PROJECT_NAME') entry.value = 'other'
        }),
    },
  },
  {
    name: 'one dashboard shows requests, errors, latency, tasks and queues',
    check(graph) {
      const shown = dashboardText(graph)
      const wanted = [
        'RequestCount',
        'HTTPCode_Target_5XX_Count',
        'TargetResponseTime',
        'HealthyHostCount',
        'CPUUtilization',
        'QueueTime',
      ]
      const { worker, cache } = stageOf(graph.stage)
      const jobs = [...(worker ? ['BacklogPhotos', 'BacklogWait'] : []), ...(cache ? ['EngineCPUUtilization'] : [])]
      return [
        ...differ('name', one(graph, 'Dashboard').inputs.dashboardName, `vision-classifier-${graph.stage}`),
        ...[...wanted, ...jobs].filter((name) => !shown.includes(`"${name}"`)).map((name) => `${name} is not shown`),
      ]
    },
    mutations: {
      'no errors': (graph) => {
        const { inputs } = one(graph, 'Dashboard')
        inputs.dashboardBody = inputs.dashboardBody.replaceAll('HTTPCode_Target_5XX_Count', 'RequestCount')
      },
      "another stage's name": (graph) => {
        one(graph, 'Dashboard').inputs.dashboardName = 'vision-classifier'
      },
    },
  },
  {
    name: 'everything is tagged with its project and stage',
    check: (graph) =>
      differ('tags', graph.app.providers.aws.defaultTags.tags, {
        Project: 'vision-classifier',
        Stage: graph.stage,
        ManagedBy: 'sst',
      }),
    mutations: {
      'no stage': (graph) => {
        delete graph.app.providers.aws.defaultTags.tags.Stage
      },
    },
  },
]

const dashboardText = (graph: Graph) => one(graph, 'Dashboard').inputs.dashboardBody as string
