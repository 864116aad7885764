import { targetGroupOf, type Watched } from './alarms'
import type { StageContext } from './stage-context'

type Metric = [namespace: string, name: string, ...rest: unknown[]]
interface Graph {
  title: string
  metrics: Metric[]
  stat?: string
}

const [WIDTH, HEIGHT, COLUMNS] = [8, 6, 3]

/** One page that shows the state of the site: what visitors experience, what the tasks do, and what is queued. */
export function createDashboard(context: StageContext, watched: Watched): void {
  const { cluster, names } = context
  const { web, worker, cache } = watched
  const region = aws.getRegionOutput().region
  const dashboardBody = $util
    .all([
      region,
      web.nodes.loadBalancer.arnSuffix,
      targetGroupOf(web),
      cluster.nodes.cluster.name,
      web.nodes.service.name,
      worker?.nodes.service.name ?? null,
      $util.all([...cache]),
    ])
    .apply(([place, balancer, target, clusterName, webName, workerName, nodes]) => {
      const elb = (name: string, more: object = {}): Metric => [
        'AWS/ApplicationELB',
        name,
        'LoadBalancer',
        balancer,
        more,
      ]
      const hosts = (name: string): Metric => [
        'AWS/ApplicationELB',
        name,
        'TargetGroup',
        target,
        'LoadBalancer',
        balancer,
      ]
      const ecs = (name: string, service: string): Metric => [
        'AWS/ECS',
        name,
        'ClusterName',
        clusterName,
        'ServiceName',
        service,
      ]
      const node = (metric: string): Metric[] =>
        nodes.map((name) => ['AWS/ElastiCache', metric, 'CacheClusterId', name])
      const { namespace, environment } = names.metrics
      const app = (name: string, service: string, more: object = {}): Metric => [
        namespace,
        name,
        'Environment',
        environment,
        'Service',
        service,
        more,
      ]
      const graphs: Graph[] = [
        { title: 'Requests', metrics: [elb('RequestCount')], stat: 'Sum' },
        {
          title: 'Errors',
          metrics: [elb('HTTPCode_Target_5XX_Count'), elb('HTTPCode_ELB_5XX_Count'), elb('HTTPCode_Target_4XX_Count')],
          stat: 'Sum',
        },
        {
          title: 'Latency (s)',
          metrics: ['p50', 'p95', 'p99'].map((stat) => elb('TargetResponseTime', { stat, label: stat })),
        },
        { title: 'Web tasks', metrics: [hosts('HealthyHostCount'), hosts('UnHealthyHostCount')], stat: 'Average' },
        {
          title: 'Web: CPU and memory (%)',
          metrics: [ecs('CPUUtilization', webName), ecs('MemoryUtilization', webName)],
        },
        {
          title: 'Time per photo: waiting, decoding, running (ms, p99)',
          metrics: ['QueueTime', 'DecodeTime', 'RunTime'].map((name) => app(name, 'web', { stat: 'p99' })),
        },
        { title: 'Refused: queue full or rate limit', metrics: [app('Refusals', 'web')], stat: 'Sum' },
        { title: 'Photos waiting in a web task', metrics: [app('QueuePhotos', 'web')], stat: 'Maximum' },
        { title: 'Worker processes replaced', metrics: [app('WorkerRestarts', 'web')], stat: 'Sum' },
        ...(workerName === null
          ? []
          : [
              { title: 'Photos waiting in jobs', metrics: [app('BacklogPhotos', 'web')], stat: 'Maximum' },
              {
                title: 'Longest time without progress of a job (s)',
                metrics: [app('BacklogWait', 'web')],
                stat: 'Maximum',
              },
              {
                title: 'Workers: CPU and memory (%)',
                metrics: [ecs('CPUUtilization', workerName), ecs('MemoryUtilization', workerName)],
              },
              { title: 'Photos classified by workers', metrics: [app('Photos', 'worker')], stat: 'Sum' },
            ]),
        ...(nodes.length === 0
          ? []
          : [
              {
                title: 'Cache: memory and engine CPU (%)',
                metrics: [...node('DatabaseMemoryUsagePercentage'), ...node('EngineCPUUtilization')],
                stat: 'Maximum',
              },
            ]),
      ]
      return JSON.stringify({ widgets: graphs.map((graph, i) => widget(graph, i, place)) })
    })
  new aws.cloudwatch.Dashboard('Dashboard', { dashboardName: names.dashboard, dashboardBody })
}

function widget({ title, metrics, stat = 'Average' }: Graph, place: number, region: string) {
  return {
    type: 'metric',
    x: (place % COLUMNS) * WIDTH,
    y: Math.floor(place / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: { title, metrics, stat, region, period: 60, view: 'timeSeries', yAxis: { left: { min: 0 } } },
  }
}
