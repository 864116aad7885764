import { stageOf } from '@/infra/stages'
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

const isProduction = (graph: Graph) => graph.stage.startsWith('prod')
const target = (service: string) => `${service}AutoScalingTarget`
const bounds = (graph: Graph, service: string) => {
  const { minCapacity, maxCapacity } = one(graph, target(service)).inputs
  return [minCapacity, maxCapacity]
}

/** Many tasks: how many, where, and how they are replaced. */
export const TASKS: Invariant[] = [
  {
    name: 'task counts follow the stage table: one to ten with a shared cache, at least two in production',
    check(graph) {
      const { web, worker, cache } = stageOf(graph.stage)
      const [least, most] = bounds(graph, 'Web')
      return [
        ...differ('web', [least, most], [web.min, web.max]),
        ...(worker ? differ('workers', bounds(graph, 'Worker'), [worker.min, worker.max]) : []),
        ...(cache && most !== 10 ? [`at most ${most} web tasks`] : []),
        ...(isProduction(graph) && least < 2 ? [`only ${least} web task in production`] : []),
        ...differ('started', one(graph, 'WebService').inputs.desiredCount, web.min),
      ]
    },
    mutations: {
      'a maximum of one': (graph) => {
        const { inputs } = one(graph, target('Web'))
        inputs.maxCapacity = inputs.maxCapacity === 1 ? 2 : 1
      },
      'a minimum of zero': (graph) => {
        one(graph, target('Web')).inputs.minCapacity = 0
      },
      'no scaling': (graph) => drop(graph, /^WebAutoScalingTarget$/),
    },
  },
  {
    name: 'multiple tasks, and workers, require a shared cache and bucket',
    check(graph) {
      const most = bounds(graph, 'Web')[1] as number
      if (most === 1 && !has(graph, 'WorkerService')) return []
      return services(graph).flatMap((service) => [
        ...(has(graph, 'CacheCluster') ? [] : [`${service} has no cache`]),
        ...(container(graph, service).secrets.some(({ name }) => name === 'REDIS_URL')
          ? []
          : [`${service} knows none`]),
        ...(environment(graph, service).BUCKET ? [] : [`${service} has no bucket`]),
      ])
    },
    mutations: {
      'ten tasks without a cache': (graph) => {
        one(graph, target('Web')).inputs.maxCapacity = 10
        drop(graph, /^CacheCluster$/)
      },
      'tasks without its URL': (graph) => {
        one(graph, target('Web')).inputs.maxCapacity = 10
        changeContainer(graph, 'Web', (one) => Object.assign(one, { secrets: [] }))
      },
      'no bucket': (graph) => {
        one(graph, target('Web')).inputs.maxCapacity = 10
        changeContainer(graph, 'Web', (container) => {
          container.environment = container.environment.filter(({ name }) => name !== 'BUCKET')
        })
      },
    },
  },
  {
    name: 'web tasks scale on CPU and request count only',
    check(graph) {
      const kinds = all(graph, 'aws:appautoscaling/policy:Policy')
        .filter(({ name }) => name.startsWith('Web'))
        .map(({ inputs }) => inputs.targetTrackingScalingPolicyConfiguration)
      const named = kinds.map((kind) => kind.predefinedMetricSpecification.predefinedMetricType).sort()
      return [
        ...differ('policies', named, ['ALBRequestCountPerTarget', 'ECSServiceAverageCPUUtilization']),
        ...kinds.flatMap(({ targetValue }) => (targetValue > 0 ? [] : [`target ${targetValue}`])),
      ]
    },
    mutations: {
      'no CPU scaling': (graph) => drop(graph, /^WebAutoScalingCpuPolicy$/),
      'no request scaling': (graph) => drop(graph, /^WebAutoScalingRequestCountPolicy$/),
      'memory scaling, although memory does not shrink': (graph) => {
        const policy = structuredClone(one(graph, 'WebAutoScalingCpuPolicy'))
        policy.inputs.targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType =
          'ECSServiceAverageMemoryUtilization'
        graph.resources.push({ ...policy, name: 'WebMutant' })
      },
    },
  },
  {
    name: 'workers scale out and in on the number of waiting photos',
    check(graph) {
      if (!has(graph, 'WorkerService')) return []
      return (
        [
          ['PhotosWait', 'WorkersOut'],
          ['NoPhotoWaits', 'WorkersBack'],
        ] as const
      ).flatMap(([alarm, policy]) => {
        const { metricName, dimensions, alarmActions } = one(graph, alarm).inputs
        const { stepScalingPolicyConfiguration, resourceId } = one(graph, policy).inputs
        const steps = stepScalingPolicyConfiguration.stepAdjustments as { scalingAdjustment: number }[]
        return [
          ...differ('figure', metricName, 'BacklogPhotos'),
          ...differ('of', dimensions, { Environment: graph.stage, Service: 'web' }),
          ...differ('action', alarmActions, [`arn:aws:mock:::${policy}`]),
          ...differ('of the workers', /\/Worker$/.test(resourceId), true),
          ...(steps.every(({ scalingAdjustment }) => scalingAdjustment > 0 === (policy === 'WorkersOut'))
            ? []
            : [`${policy} goes the wrong way`]),
        ]
      })
    },
    mutations: {
      'no scale-out': (graph) => (has(graph, 'PhotosWait') ? drop(graph, /^PhotosWait$/) : false),
      'no scale-in': (graph) => {
        if (!has(graph, 'NoPhotoWaits')) return false
        one(graph, 'NoPhotoWaits').inputs.alarmActions = []
      },
      'reversed scaling': (graph) => {
        if (!has(graph, 'WorkersOut')) return false
        one(graph, 'WorkersOut').inputs.stepScalingPolicyConfiguration.stepAdjustments[0].scalingAdjustment = -1
      },
    },
  },
  {
    name: 'web tasks run no batch work when the stage has workers',
    check(graph) {
      if (!has(graph, 'WorkerService')) return differ('in one place', environment(graph, 'Web').BUCKET, undefined)
      return [
        ...differ('web', container(graph, 'Web').command, undefined),
        ...differ('workers', container(graph, 'Worker').command, ['node', 'dist/worker.js']),
        // With both, jobs are left to workers; see lib/server/runtime/jobs.ts.
        ...differ(
          'queue',
          container(graph, 'Web').secrets.some(({ name }) => name === 'REDIS_URL'),
          true,
        ),
        ...differ('bucket', Boolean(environment(graph, 'Web').BUCKET), true),
      ]
    },
    mutations: {
      'a web task as a worker': (graph) => {
        if (!has(graph, 'WorkerService')) return false
        changeContainer(graph, 'Web', (one) => Object.assign(one, { command: ['node', 'dist/worker.js'] }))
      },
      'workers that do not run batch work': (graph) => {
        if (!has(graph, 'WorkerService')) return false
        changeContainer(graph, 'Worker', (one) => delete one.command)
      },
      'an incomplete job configuration': (graph) => {
        changeContainer(graph, 'Web', (one) => {
          const without = one.environment.filter(({ name }) => name !== 'BUCKET')
          one.environment =
            without.length < one.environment.length ? without : [...without, { name: 'BUCKET', value: 'x' }]
        })
      },
    },
  },
  {
    name: 'failed deployments roll back and alert; no task stops before its replacement serves',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const { deploymentCircuitBreaker, deploymentMinimumHealthyPercent, waitForSteadyState } = one(
          graph,
          `${service}Service`,
        ).inputs
        return [
          ...differ('circuit breaker', deploymentCircuitBreaker, { enable: true, rollback: true }),
          ...differ('healthy', deploymentMinimumHealthyPercent, 100),
          ...differ('waits', waitForSteadyState, true),
        ]
      }),
    mutations: {
      'no rollback': (graph) => {
        one(graph, 'WebService').inputs.deploymentCircuitBreaker.rollback = false
      },
      'half the tasks': (graph) => {
        one(graph, 'WebService').inputs.deploymentMinimumHealthyPercent = 50
      },
      'no wait for the deployment': (graph) => {
        one(graph, 'WebService').inputs.waitForSteadyState = false
      },
    },
  },
  {
    name: 'shell access to tasks exists only outside production',
    check: (graph) =>
      services(graph).flatMap((service) =>
        differ(service, one(graph, `${service}Service`).inputs.enableExecuteCommand, !isProduction(graph)),
      ),
    mutations: {
      'the opposite': (graph) => {
        const { inputs } = one(graph, 'WebService')
        inputs.enableExecuteCommand = !inputs.enableExecuteCommand
      },
    },
  },
  {
    name: 'Spot capacity is used only outside production',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const { capacityProviderStrategies = [], launchType } = one(graph, `${service}Service`).inputs
        const spot = capacityProviderStrategies.some(
          ({ capacityProvider, weight }: { capacityProvider: string; weight: number }) =>
            capacityProvider === 'FARGATE_SPOT' && weight > 0,
        )
        return [
          ...differ(`spot for ${service}`, spot, stageOf(graph.stage).spot !== 'none'),
          ...(isProduction(graph) ? differ('production', [spot, launchType], [false, 'FARGATE']) : []),
        ]
      }),
    mutations: {
      'the opposite': (graph) => {
        const { inputs } = one(graph, 'WebService')
        inputs.capacityProviderStrategies = inputs.capacityProviderStrategies
          ? undefined
          : [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }]
      },
    },
  },
]
