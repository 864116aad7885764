import { all, type Graph, type Invariant, one, type Resource, regionOf } from '../graph'
import { ALARM, DASHBOARD_COLUMNS, LOG_DAYS } from './limits'

const alarms = (graph: Graph) => all(graph, 'aws:cloudwatch/metricAlarm:MetricAlarm')

interface Query {
  id: string
  expression?: string
  returnData?: boolean
  metric?: { period: number }
}

/** Functions in CloudWatch metric math start with a capital (FILL, SUM, IF), IDs with a small letter. */
function mathFaults(name: string, queries: readonly Query[]): string[] {
  const ids = queries.map(({ id }) => id)
  const returned = queries.filter(({ returnData }) => returnData)
  const unknown = queries.flatMap(({ expression = '' }) =>
    [...expression.matchAll(/\b[a-z]\w*\b/g)].map(([id]) => id).filter((id) => !ids.includes(id)),
  )
  return [
    ...unknown.map((id) => `${name} uses ${id}, which is not one of its metrics`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `${name} has ${id} twice`),
    ...ids.filter((id) => !/^[a-z]\w{0,254}$/.test(id)).map((id) => `${name}: ${id} is not an ID`),
    ...(returned.length === 1 ? [] : [`${name} returns ${returned.length} values`]),
    ...(queries.length <= ALARM.metrics ? [] : [`${name} has ${queries.length} metrics`]),
    ...queries
      .filter(({ expression, metric }) => (expression === undefined) === (metric === undefined))
      .map(({ id }) => `${name}: ${id} must be either a metric or an expression`),
  ]
}

/** An alarm must use exactly one of the three ways to select what it watches. */
function kindFaults({ name, inputs }: Resource): string[] {
  const { statistic, extendedStatistic, metricQueries, metricName, namespace } = inputs
  const ways = [statistic, extendedStatistic, metricQueries].filter((way) => way !== undefined)
  const whole = metricQueries !== undefined || (metricName !== undefined && namespace !== undefined)
  return ways.length === 1 && whole ? [] : [`${name} must watch exactly one thing`]
}

function timeFaults({ name, inputs }: Resource): string[] {
  const { period, metricQueries = [], evaluationPeriods, datapointsToAlarm, namespace = '' } = inputs
  const periods = new Set<number>([
    ...(period === undefined ? [] : [period]),
    ...metricQueries.flatMap(({ metric }: Query) => metric?.period ?? []),
  ])
  const [one = 0] = periods
  const lookback = one * evaluationPeriods
  return [
    ...(periods.size === 1 ? [] : [`${name} has ${periods.size} periods`]),
    ...(one % 60 === 0 || ([10, 20, 30].includes(one) && !namespace.startsWith('AWS/'))
      ? []
      : [`${name} has a period of ${one} s`]),
    ...(lookback <= ALARM.lookback ? [] : [`${name} evaluates ${lookback} s`]),
    ...((datapointsToAlarm ?? 1) <= evaluationPeriods ? [] : [`${name} needs more data points than periods`]),
  ]
}

const textFaults = ({ name, inputs }: Resource) =>
  inputs.name.length <= ALARM.name &&
  inputs.alarmDescription.length <= ALARM.description &&
  inputs.alarmActions.length <= ALARM.actions
    ? []
    : [`${name} has too long a description or too many actions`]

interface Widget {
  x: number
  width: number
  properties: { metrics: unknown[][]; region: string }
}

export const VALID_MONITORING: Invariant[] = [
  {
    name: 'alarm expressions use defined metrics and return one value',
    check: (graph) =>
      alarms(graph).flatMap(({ name, inputs }) => (inputs.metricQueries ? mathFaults(name, inputs.metricQueries) : [])),
    mutations: {
      'an unknown ID': (graph) => {
        const rate = one(graph, 'ServerErrors').inputs.metricQueries.find(({ id }: Query) => id === 'rate')
        rate.expression = '100 * (FILL(ours, 0) + FILL(theirs, 0)) / all'
      },
      'a renamed ID': (graph) => {
        one(graph, 'ServerErrors').inputs.metricQueries[0].id = 'mine'
      },
      'nothing returned': (graph) => {
        for (const query of one(graph, 'ServerErrors').inputs.metricQueries) query.returnData = false
      },
      'a metric and an expression': (graph) => {
        one(graph, 'ServerErrors').inputs.metricQueries[0].expression = 'all'
      },
    },
  },
  {
    name: 'alarms watch one metric or expression, with a period and range that CloudWatch allows',
    check: (graph) =>
      alarms(graph).flatMap((alarm) => [...kindFaults(alarm), ...timeFaults(alarm), ...textFaults(alarm)]),
    mutations: {
      'every 45 s': (graph) => {
        one(graph, 'WebCpu').inputs.period = 45
      },
      'a period of 10 s for an AWS metric': (graph) => {
        one(graph, 'WebCpu').inputs.period = 10
      },
      'a part with a period of 90 s': (graph) => {
        one(graph, 'ServerErrors').inputs.metricQueries[0].metric.period = 90
      },
      'a range longer than a day': (graph) => {
        one(graph, 'WebCpu').inputs.evaluationPeriods = 1441
      },
      'more data points than periods': (graph) => {
        one(graph, 'ServerErrors').inputs.datapointsToAlarm = 6
      },
      'two statistics': (graph) => {
        one(graph, 'Latency').inputs.statistic = 'Average'
      },
    },
  },
  {
    name: 'log retention is a value that CloudWatch supports',
    check: (graph) =>
      all(graph, /logGroup:LogGroup$/).flatMap(({ name, inputs }) =>
        LOG_DAYS.includes(inputs.retentionInDays) ? [] : [`${name} for ${inputs.retentionInDays} days`],
      ),
    mutations: {
      'retention of forty days': (graph) => {
        one(graph, 'WebLogGroupWeb').inputs.retentionInDays = 40
      },
    },
  },
  {
    name: 'dashboard widgets do not overlap and use metrics from this region',
    check(graph) {
      const { widgets } = JSON.parse(one(graph, 'Dashboard').inputs.dashboardBody) as { widgets: Widget[] }
      return widgets.flatMap(({ x, width, properties: { metrics, region } }, i) => [
        ...(x + width <= DASHBOARD_COLUMNS ? [] : [`widget ${i} is outside the page`]),
        ...(region === regionOf(graph) ? [] : [`widget ${i} asks ${region}`]),
        // Namespace, name, dimension pairs, and display options.
        ...metrics.flatMap((metric) =>
          metric.filter((part) => typeof part === 'string').length % 2 === 0 && metric.length >= 2
            ? []
            : [`widget ${i}: ${JSON.stringify(metric)}`],
        ),
      ])
    },
    mutations: {
      'another region': (graph) => {
        const { inputs } = one(graph, 'Dashboard')
        inputs.dashboardBody = inputs.dashboardBody.replaceAll(`"region":"${regionOf(graph)}"`, '"region":"us-east-1"')
      },
      'an incomplete dimension': (graph) => {
        const { inputs } = one(graph, 'Dashboard')
        inputs.dashboardBody = inputs.dashboardBody.replaceAll('"LoadBalancer",', '')
      },
    },
  },
]
